"""What surrounds every request, as plain ASGI: its id, the safe headers of its answer, and its measure."""

import re
from time import perf_counter
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime import metrics
from shared.runtime.messages import preferred
from shared.runtime.problems import MEDIA_TYPE, make

_REQUEST_ID = "x-request-id"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_UNKNOWN_ROUTE = "-"
_TOO_LARGE = 413


class Edge:
    """The outermost layer of a service."""

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        status = 500
        began = perf_counter()

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if status == _TOO_LARGE:
                    await _send_too_large(scope, send, request_id)
                    return
                _complete(MutableHeaders(scope=message), request_id)
            elif status == _TOO_LARGE:
                return
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_headers)
            finally:
                metrics.HTTP_SECONDS.labels(self._service, scope["method"], _route(scope), str(status)).observe(
                    perf_counter() - began
                )


async def _send_too_large(scope: Scope, send: Send, request_id: str) -> None:
    """The framework cuts an announced body off in plain text, after our error handlers: say it as a problem."""
    language = preferred(Headers(scope=scope).get("accept-language"))
    body = make("too_large", _TOO_LARGE, language=language).model_dump_json().encode()
    headers = MutableHeaders({"content-type": MEDIA_TYPE, "content-length": str(len(body)), "connection": "close"})
    _complete(headers, request_id)
    await send({"type": "http.response.start", "status": _TOO_LARGE, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(_REQUEST_ID, "")
    return given if _GIVEN_ID.fullmatch(given) else uuid4().hex


def _complete(headers: MutableHeaders, request_id: str) -> None:
    headers[_REQUEST_ID] = request_id
    headers.setdefault("cache-control", "no-store")
    headers["x-content-type-options"] = "nosniff"
    headers["referrer-policy"] = "no-referrer"
    headers.setdefault("content-security-policy", "default-src 'none'; frame-ancestors 'none'")


def _route(scope: Scope) -> str:
    """The route's pattern rather than the path, which would make one measure per id."""
    return str(getattr(scope.get("route"), "path", _UNKNOWN_ROUTE))
