"""Health and measures of a role that serves nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.runtime import metrics
from shared.runtime.health import Health
from shared.runtime.settings import Settings


@asynccontextmanager
async def serve_probes(health: Health, settings: Settings, *, port: int) -> AsyncIterator[None]:
    """Answer /healthz, /readyz and /metrics on `port` while the block runs."""

    async def ready(_: Request) -> Response:
        failures = await health.failures()
        return JSONResponse({"ready": not failures, "failures": failures}, status_code=503 if failures else 200)

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def measures(_: Request) -> Response:
        return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)

    app = Starlette(routes=[Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", measures)])
    config = uvicorn.Config(app, host=settings.http_host, port=port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]  # the role decides when to stop
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await serving
