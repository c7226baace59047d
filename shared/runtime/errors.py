"""How an application answers when something goes wrong: always problem+json, in the reader's language."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import nats.errors
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from shared.contracts.problems import Problem
from shared.rulebook.errors import RuleBroken
from shared.runtime import messages, problems
from shared.runtime.logging import logger
from shared.runtime.messages import Language
from shared.runtime.problems import HTTPProblem, Unavailable
from shared.runtime.questions import NobodyAnswers, QuestionRefused

_MOST_ERRORS = 20
_LONGEST_PART = 100
_RETRY_AFTER = {"Retry-After": "1"}
_log = logger(__name__)

Handler = Callable[[Request, Any], Awaitable[Response]]


def handle_errors(app: FastAPI) -> None:
    """Register the handlers."""
    handlers: Mapping[type[Exception], Handler] = {
        RuleBroken: _ours,
        HTTPProblem: _ours,
        Unavailable: _ours,
        QuestionRefused: _refused_elsewhere,
        NobodyAnswers: _away("service_unavailable"),
        nats.errors.Error: _away("service_unavailable"),
        OperationalError: _away("database_unavailable"),
        InterfaceError: _away("database_unavailable"),
        PoolTimeoutError: _away("database_unavailable"),
        DataError: _unstorable,
        RequestValidationError: _invalid,
        HTTPException: _http,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def language_of(request: Request) -> Language:
    """The language that the reader prefers."""
    return messages.preferred(request.headers.get("accept-language"))


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as a response."""
    return Response(
        problem.model_dump_json(),
        status_code=problem.status,
        headers=dict(headers or {}),
        media_type=problems.MEDIA_TYPE,
    )


async def _ours(request: Request, error: RuleBroken | HTTPProblem | Unavailable) -> Response:
    headers = error.headers if isinstance(error, HTTPProblem) else None
    if isinstance(error, Unavailable):
        headers = _RETRY_AFTER
    return respond(problems.problem_of(error, language_of(request)), headers)


async def _refused_elsewhere(request: Request, error: QuestionRefused) -> Response:
    told = error.problem
    if told.status == HTTPStatus.INTERNAL_SERVER_ERROR:  # of the service asked, which may be well again soon
        return await _away("service_unavailable")(request, error)
    return respond(problems.make(told.code, told.status, data=told.data, language=language_of(request)))


def _away(code: str) -> Handler:
    async def handler(request: Request, error: Exception) -> Response:
        _log.warning("something needed is away", code=code, error=type(error).__name__, path=_path(request))
        return respond(problems.make(code, 503, language=language_of(request)), _RETRY_AFTER)

    return handler


async def _unstorable(request: Request, _error: DataError) -> Response:
    return respond(problems.make("invalid_value", 422, language=language_of(request)))


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    """Says which fields are wrong and why, and never sends back what came in."""
    found = [
        {"field": _field(detail["loc"]), "type": detail["type"], "message": detail["msg"][: 2 * _LONGEST_PART]}
        for detail in error.errors()[:_MOST_ERRORS]
    ]
    return respond(problems.make("invalid_request", 422, data={"errors": found}, language=language_of(request)))


async def _http(request: Request, error: HTTPException) -> Response:
    if isinstance(error.__cause__, RecursionError):  # of the parser of JSON
        return respond(problems.make("nested_too_deep", 422, language=language_of(request)))
    code = messages.BY_STATUS.get(error.status_code, "unexpected")
    return respond(problems.make(code, error.status_code, language=language_of(request)), error.headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("a request failed", method=request.method, path=_path(request), exc_info=error)
    return respond(problems.make("unexpected", 500, language=language_of(request)))


def _path(request: Request) -> str:
    """The path as logs may say it: without the part of it that is a secret, which a route names so."""
    secret = request.path_params.get("secret")
    return request.url.path.replace(secret, "[withheld]") if secret else request.url.path


def _field(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part)[:_LONGEST_PART] for part in loc)
