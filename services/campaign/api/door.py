"""What every route needs: the desk, the nudge after a commit, cursors."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Response
from pydantic import BaseModel

from services.campaign.ports import Calendars
from services.campaign.use_cases.saving import Desk, VersionChanged
from shared.rulebook.access import Principal
from shared.runtime import errors, problems
from shared.runtime.problems import HTTPProblem

UUID_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
CampaignId = Annotated[str, Path(pattern=UUID_PATTERN)]
DocumentId = Annotated[str, Path(pattern=UUID_PATTERN)]
JobId = Annotated[str, Path(pattern=UUID_PATTERN)]


@dataclass(frozen=True, slots=True)
class Door:
    """Kept in `app.state.door`: the desk; what to call after a commit, so that events and jobs move; working days."""

    desk: Desk
    written: Callable[[], None]
    calendars: Calendars


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


TheDoor = Annotated[Door, Depends(_door)]


async def version_changed(request: Request, error: VersionChanged) -> Response:
    """412: somebody else saved in between; `data.present` is the version to look at."""
    problem = problems.make(error.code, 412, data=error.data, language=errors.language_of(request))
    return errors.respond(problem)


def content_of(body: BaseModel, asker: Principal) -> str:
    """A hash of what was asked and by whom, to tell a repeated call from another under the same key."""
    return hashlib.sha256(f"{asker.user_id}\n{body.model_dump_json()}".encode()).hexdigest()


def cursor_of(place: tuple[str, int] | tuple[str, str]) -> str:
    """A place in a list as an opaque text."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def place_of(cursor: str | None) -> tuple[str, int] | None:
    """The place in the list of campaigns that a cursor stands for; 422 `cursor_invalid` for none given out here."""
    if cursor is None:
        return None
    text, number = _opened(cursor)
    if not isinstance(number, int) or abs(number) >= 2**63:
        raise HTTPProblem(422, "cursor_invalid")
    return text, number


def place_with_id_of(cursor: str | None) -> tuple[str, str] | None:
    """The place in a list that is ordered by ids in the end; 422 `cursor_invalid` for none given out here."""
    if cursor is None:
        return None
    text, last = _opened(cursor)
    if not isinstance(last, str) or not re.fullmatch(UUID_PATTERN, last):
        raise HTTPProblem(422, "cursor_invalid")
    return text, last


def _opened(cursor: str) -> tuple[str, object]:
    try:
        text, last = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError, TypeError):
        raise HTTPProblem(422, "cursor_invalid") from None
    if not isinstance(text, str) or "\x00" in text:
        raise HTTPProblem(422, "cursor_invalid")
    return text, last
