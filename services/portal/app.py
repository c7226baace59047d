"""The portal, wired."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from services.portal import problems
from services.portal.assets import Assets, assets_router
from services.portal.frame import Desk
from services.portal.issuer import Issuer
from services.portal.screens import (
    administration,
    campaigns,
    contacts,
    digest,
    files,
    follow_up,
    follow_ups,
    home,
    letters,
    live,
    notices,
    operating,
    preferences,
    queries,
    search,
    signing_in,
    supervision,
    targeting,
    to_do,
)
from services.portal.sessions import Sealer
from services.portal.settings import Settings
from shared.runtime.clock import Clock
from shared.runtime.http import service_app


def create_app(settings: Settings | None = None, *, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """The portal as an ASGI application; `transport` stands for the network in tests."""
    settings = settings or Settings()
    assets = Assets.load()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _client(settings, transport) as client:
            app.state.desk = _desk(settings, assets, client)
            app.state.health.started = True
            yield

    app = service_app(title="Portal", version="1.0.0", lifespan=lifespan, settings=settings)
    for router in (
        assets_router(assets),
        signing_in.router,
        home.router,
        to_do.router,
        notices.router,
        live.router,
        follow_ups.router,
        files.router,
        follow_up.router,
        letters.router,
        preferences.router,
        search.router,
        *campaigns.routers,
        *contacts.routers,
        digest.router,
        *administration.routers,
        *queries.routers,
        *targeting.routers,
        *operating.routers,
        *supervision.routers,
    ):
        app.include_router(router)
    problems.handle_problems(app)
    return app


def _client(settings: Settings, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=settings.api_url,
        transport=transport,
        timeout=httpx.Timeout(10, connect=2),
        # A live page holds a connection for as long as it is open.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=64),
        trust_env=False,
    )


def _desk(settings: Settings, assets: Assets, client: httpx.AsyncClient) -> Desk:
    secret = settings.session_key
    return Desk(
        settings=settings,
        assets=assets,
        client=client,
        issuer=Issuer(settings, client),
        sealer=Sealer(None if secret is None else secret.get_secret_value()),
        clock=Clock(settings.zone),
    )
