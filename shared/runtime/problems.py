"""Every error as a problem: its HTTP status, its stable code, and what it says in the reader's language.

Rules refuse (409), find a request wrong in itself (422), forbid (403) or hide (404); an outage is 503 and may be
tried again; all else is ours (500).
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from shared.contracts.problems import Problem
from shared.rulebook.errors import Forbidden, Invalid, NotVisible, Refused, RuleBroken
from shared.runtime import messages
from shared.runtime.messages import Language

MEDIA_TYPE = "application/problem+json"
_RULES: tuple[tuple[type[RuleBroken], int], ...] = (
    (Refused, 409),
    (NotVisible, 404),
    (Forbidden, 403),
    (Invalid, 422),
)
_INTERNAL = 500
_UNAVAILABLE = 503


class Unavailable(Exception):  # noqa: N818  the name is the message
    """Something we need is away for the moment: 503, try again. `code` says what."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class HTTPProblem(Exception):  # noqa: N818  the name is the message
    """An error of the HTTP edge itself, with its status and code."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.data = dict(data or {})
        self.headers = dict(headers or {})


class NotFound(HTTPProblem):
    """There is no such thing, or the reader may not know of it: 404."""

    def __init__(self, code: str = "not_found", data: Mapping[str, object] | None = None) -> None:
        super().__init__(404, code, data=data)


def make(code: str, status: int, *, data: Mapping[str, Any] | None = None, language: Language = "fr") -> Problem:
    """The problem with this code, said in `language`."""
    values = dict(data or {})
    return Problem(
        title=messages.title(status, language),
        status=status,
        code=code,
        detail=messages.say(code, language, values, status=status),
        data=values,
    )


def status_of(error: BaseException) -> int:
    """The HTTP status that an error of ours has; 500 for all that is not foreseen."""
    if isinstance(error, RuleBroken):
        return next((status for kind, status in _RULES if isinstance(error, kind)), 409)
    if isinstance(error, HTTPProblem):
        return error.status
    if isinstance(error, ValidationError):
        return 422
    return _UNAVAILABLE if isinstance(error, Unavailable) else _INTERNAL


def problem_of(error: BaseException, language: Language = "fr") -> Problem:
    """The problem that says what `error` says; nothing of an unforeseen error is told."""
    status = status_of(error)
    if isinstance(error, RuleBroken | HTTPProblem):
        return make(error.code, status, data=error.data, language=language)
    if isinstance(error, Unavailable):
        return make(error.code, status, language=language)
    return make("invalid_request" if isinstance(error, ValidationError) else "unexpected", status, language=language)
