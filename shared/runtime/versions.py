"""Lost updates: the version that an editor saw, from If-Match, and the version that was sent, as ETag."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from shared.runtime.problems import HTTPProblem

_ETAG = re.compile(r'(?:"([0-9]{1,9})"|([0-9]{1,9}))')


def _version_or_none(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The version that the editor saw, from If-Match; None when it is absent or `*`."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise HTTPProblem(412, "version_changed", data={"expected": if_match[:100]})
    return int(found[1] or found[2])


def _version(if_match: Annotated[str | None, Header()] = None) -> int:
    """The version that the editor saw: If-Match must say it, or the save of another would be lost."""
    expected = _version_or_none(if_match)
    if expected is None:
        raise HTTPProblem(428, "if_match_missing")
    return expected


IfMatch = Annotated[int, Depends(_version)]
"""412 `version_changed` when it is none of ours, 428 `if_match_missing` without one."""
IfMatchOptional = Annotated[int | None, Depends(_version_or_none)]
"""None when the header is absent or `*`."""


def tag(response: Response, version: int) -> None:
    """Say the version as ETag."""
    response.headers["ETag"] = f'"{version}"'
