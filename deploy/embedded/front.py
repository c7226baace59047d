"""`python -m deploy.embedded.front`: one origin before roles that are processes of their own.

It stands where an ingress stands elsewhere, so that both layouts answer the same URLs.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

import anyio
import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from deploy.embedded.roles import Role, role_of
from deploy.embedded.settings import FrontSettings
from deploy.embedded.web import serve

# They speak of one connection only (RFC 9110, 7.6.1).
_HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# Live push stays silent for as long as nothing happens: no limit on reading.
_TIMEOUT = {"connect": 5.0, "pool": 5.0, "write": 30.0, "read": None}


def create_front(addresses: Mapping[Role, str]) -> Starlette:
    """The front before roles at `addresses`, such as `http://127.0.0.1:8001`."""
    front = _Front(addresses)
    return Starlette(
        routes=[
            Route("/healthz", front.ask_all),
            Route("/readyz", front.ask_all),
            Route("/{path:path}", front.forward, methods=_METHODS),
        ],
        lifespan=front.connected,
    )


class _Front:
    def __init__(self, addresses: Mapping[Role, str]) -> None:
        self._addresses = addresses
        # A transport, not a client: a client would keep cookies and follow its own ideas about headers.
        self._transport = httpx.AsyncHTTPTransport(
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=64)
        )

    @asynccontextmanager
    async def connected(self, _: Starlette) -> AsyncIterator[None]:
        async with self._transport:
            yield

    async def forward(self, request: Request) -> Response:
        role = role_of(request.url.path, self._addresses)
        if role is None:
            return Response(status_code=httpx.codes.NOT_FOUND)
        try:
            answer = await self._transport.handle_async_request(_asked(request, self._addresses[role]))
        except httpx.TransportError:
            status = httpx.codes.BAD_GATEWAY
            problem = {"title": f"{role.name} does not answer", "status": status}
            return JSONResponse(problem, status_code=status, media_type="application/problem+json")
        response = StreamingResponse(_body(answer), status_code=answer.status_code)
        response.raw_headers = _passing(answer.headers.raw)
        return response

    async def ask_all(self, request: Request) -> Response:
        answers = {role.name: await _status(f"{at}{request.url.path}") for role, at in self._addresses.items()}
        well = all(status == httpx.codes.OK for status in answers.values())
        return JSONResponse(answers, status_code=httpx.codes.OK if well else httpx.codes.SERVICE_UNAVAILABLE)


def _asked(request: Request, address: str) -> httpx.Request:
    """The request as it came, the path unescaped by nobody: an escaped slash must not become a segment."""
    path = request.scope["raw_path"]
    query = request.scope["query_string"]
    url = httpx.URL(address).copy_with(raw_path=path + b"?" + query if query else path)
    has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
    return httpx.Request(
        request.method,
        url,
        headers=_passing(request.headers.raw),
        content=request.stream() if has_body else None,
        extensions={"timeout": _TIMEOUT},
    )


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        with anyio.CancelScope(shield=True):
            await answer.aclose()


async def _status(url: str) -> int:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        try:
            return (await client.get(url)).status_code
        except httpx.TransportError:
            return 0


def _passing(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in headers if name.lower() not in _HOP_BY_HOP]


if __name__ == "__main__":
    own = FrontSettings()
    serve(create_front(own.addresses()), own, role="front")
