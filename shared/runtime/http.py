"""Every service's web application: problems for errors, limits, request ids, safe headers, health and measures."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Any, TypeVar

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from shared.contracts.problems import Problem
from shared.runtime import errors, logging, memory, metrics
from shared.runtime.health import Health
from shared.runtime.middleware import Edge
from shared.runtime.openapi import with_problems
from shared.runtime.settings import Settings

S = TypeVar("S", bound=Settings)
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": HTTPStatus(status).phrase}
    for status in (401, 403, 404, 409, 412, 422, 503)
}
"""For a route's `responses`, by status: what errors look like."""


def service_app(*, title: str, version: str, lifespan: Lifespan, settings: Settings) -> FastAPI:
    """An application whose routes hold their whole path (`/api/…`), so that it can run alone or beside others.

    Its lifespan sets `app.state.security`, adds checks to `app.state.health`, and sets `app.state.health.started`
    when it has begun.
    """
    app = _Application(
        title=title,
        version=version,
        lifespan=lifespan,
        max_body_size=settings.max_body_bytes,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.health = Health()
    errors.handle_errors(app)
    _add_probes(app, settings)
    return app


def serve(create_app: Callable[[S], FastAPI], settings_type: type[S], *, role: str) -> None:
    """Run one service until it is told to stop: the body of `python -m services.<name>`."""
    settings = settings_type()
    logging.configure(settings, role=role)
    app = create_app(settings)
    memory.settle()
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=30,
    )


class _Application(FastAPI):
    """FastAPI with the edge around all of it, its own limits and last resort included."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await Edge(super().__call__, service=self.title.lower())(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The document, made once, whose errors are problems."""
        if self.openapi_schema is None:
            self.openapi_schema = with_problems(super().openapi())
        return self.openapi_schema


def _add_probes(app: FastAPI, settings: Settings) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> JSONResponse:
        health: Health = app.state.health
        failures = await health.failures()
        return JSONResponse({"ready": not failures, "failures": failures}, status_code=503 if failures else 200)

    if settings.metrics_enabled:

        @app.get("/metrics", include_in_schema=False)
        async def measures() -> Response:
            return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)
