"""Several ASGI apps behind one origin: longest prefix wins, paths are left as they are.

Starlette runs no lifespan of a mounted app, and a mount rewrites paths; both matter to the services.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from deploy.embedded.roles import Role, role_of
from shared.runtime import metrics

_OWN_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


class OneOrigin:
    """The host of all web roles in one process."""

    def __init__(self, apps: Mapping[Role, Starlette]) -> None:
        """`apps` are the roles' own applications, not yet started."""
        self._apps = apps
        self._states: dict[Role, dict[str, Any]] = {}
        self._own = Starlette(
            routes=[
                Route("/healthz", self._ask_all),
                Route("/readyz", self._ask_all),
                Route("/metrics", _metrics),
            ],
            lifespan=self._lifespans,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the connection to its role."""
        role = (
            None if scope["type"] == "lifespan" or scope["path"] in _OWN_PATHS else role_of(scope["path"], self._apps)
        )
        if role is None:
            await self._own(scope, receive, send)
            return
        scope["state"] = self._states[role].copy()
        await self._apps[role](scope, receive, send)

    @asynccontextmanager
    async def _lifespans(self, _: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as running:
            for role, app in self._apps.items():
                state = await running.enter_async_context(app.router.lifespan_context(app))
                self._states[role] = dict(state or {})
            yield

    async def _ask_all(self, request: Request) -> Response:
        answers = {role.name: await _ask(app, request.url.path) for role, app in self._apps.items()}
        well = all(status == httpx.codes.OK for status in answers.values())
        return JSONResponse(answers, status_code=httpx.codes.OK if well else httpx.codes.SERVICE_UNAVAILABLE)


async def _ask(app: Starlette, path: str) -> int:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://role") as client:
        return (await client.get(path)).status_code


def _metrics(_: Request) -> Response:
    return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)
