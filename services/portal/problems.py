"""What goes wrong, as a page that says what to do."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from services.portal.forms import ForeignFormError
from services.portal.frame import Visit, visit_of
from services.portal.screens.signing_in import signed_out
from services.portal.upstream import SignedOutError, UpstreamProblem
from shared.runtime.logging import logger

_log = logger(__name__)
_TITLED = (403, 404, 422, 503)
_SERVER_ERROR = 500


def handle_problems(app: FastAPI) -> None:
    """Register the handlers, in place of those that answer problem+json."""

    async def away(request: Request, _error: SignedOutError) -> Response:
        return signed_out(visit_of(request))

    async def told(request: Request, problem: UpstreamProblem) -> Response:
        return problem_page(visit_of(request), problem.status, problem.detail)

    async def foreign(request: Request, _error: ForeignFormError) -> Response:
        visit = visit_of(request)
        return problem_page(visit, 403, visit.say("error.form_expired"))

    async def wrong(request: Request, error: RequestValidationError) -> Response:
        in_path = any(detail["loc"][0] == "path" for detail in error.errors())
        return problem_page(visit_of(request), 404 if in_path else 422)

    async def http(request: Request, error: HTTPException) -> Response:
        return problem_page(visit_of(request), error.status_code)

    async def unexpected(request: Request, error: Exception) -> Response:
        _log.error("a page failed", path=request.url.path, exc_info=error)
        return problem_page(visit_of(request), _SERVER_ERROR)

    handlers: dict[type[Exception], Callable[..., Awaitable[Response]]] = {
        SignedOutError: away,
        UpstreamProblem: told,
        ForeignFormError: foreign,
        RequestValidationError: wrong,
        HTTPException: http,
        Exception: unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def problem_page(visit: Visit, status: int, detail: str = "") -> Response:
    """The page for this status; as a part of a page it replaces the page's content.

    While a service is away that part is a note at the foot of the page: all that stands there, typed or shown, stays.
    """
    title, detail = _title(visit, status), detail or _detail(visit, status)
    if visit.is_scripted and status >= _SERVER_ERROR:
        headers = {"HX-Retarget": "#trouble", "HX-Reswap": "innerHTML", "HX-Reselect": ".note"}
        return visit.page("parts/trouble.html", status=status, headers=headers, detail=detail)
    if visit.is_scripted:
        headers = {"HX-Retarget": "#content", "HX-Reswap": "innerHTML"}
        return visit.page("parts/problem.html", status=status, headers=headers, title=title, detail=detail)
    return visit.page("problem.html", status=status, title=title, detail=detail)


def _title(visit: Visit, status: int) -> str:
    return visit.say(f"error.{status}.title" if status in _TITLED else "error.title")


def _detail(visit: Visit, status: int) -> str:
    key = f"error.{status}"
    return visit.say(key if visit.say.known(key) else "error.unavailable")
