"""Wires the campaign service: the one place that knows every part of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta

from fastapi import FastAPI

from services.campaign import consumers
from services.campaign.api import clients, definitions, reading
from services.campaign.api.door import Door, version_changed
from services.campaign.settings import Settings
from services.campaign.store.neighbours import AskedFollowUps, WatchedPeople
from services.campaign.store.reading import PostgresCampaigns
from services.campaign.store.replicas import PostgresReplicas
from services.campaign.use_cases.saving import Desk, VersionChanged
from services.campaign.use_cases.target_clients import Targeting
from shared.runtime.background import Background
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.http import service_app
from shared.runtime.messaging import Bus
from shared.runtime.principals import Principals
from shared.runtime.relay import Relay
from shared.runtime.security import Security
from shared.runtime.tokens import TokenVerifier

NAME = "campaign"
_BACKGROUND_CONNECTIONS = 3
_POLL_SECONDS = 0.5


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service as an ASGI application; everything it holds is made and closed by its lifespan."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _start(app, settings, stack)
            yield
            app.state.health.started = False

    app = service_app(title="Campaign", version="1.0.0", lifespan=lifespan, settings=settings)
    for router in (reading.router, definitions.router, clients.router):
        app.include_router(router)
    app.add_exception_handler(VersionChanged, version_changed)  # type: ignore[arg-type]  # it gets that class only
    return app


async def _start(app: FastAPI, settings: Settings, stack: AsyncExitStack) -> None:
    clock = Clock(settings.zone)
    database = Database(settings.database_url, service=NAME, pool_size=settings.db_pool_size)
    stack.push_async_callback(database.close)
    sweeps = Database(settings.database_url, service=NAME, pool_size=_BACKGROUND_CONNECTIONS, background=True)
    stack.push_async_callback(sweeps.close)
    bus = await Bus.connect(settings.nats_url, name=NAME, replicas=settings.nats_replicas)
    stack.push_async_callback(bus.close)
    await bus.ensure_streams()
    principals = Principals(bus)
    await principals.start()
    stack.push_async_callback(_stop, principals)
    verifier = TokenVerifier(settings)
    stack.push_async_callback(verifier.close)

    campaigns = PostgresCampaigns(database, sweeps)
    relay = Relay(sweeps, bus)
    asked = asyncio.Event()

    def written() -> None:
        relay.nudge()
        asked.set()

    app.state.security = Security(verifier, principals)
    app.state.door = Door(Desk(campaigns, WatchedPeople(principals), AskedFollowUps(bus), clock), written)
    await consumers.listen(bus, campaigns=campaigns, replicas=PostgresReplicas(database), clock=clock, written=written)

    patience = timedelta(seconds=settings.unknown_client_seconds)
    background = await stack.enter_async_context(Background())
    background.start("campaign relay", relay.run)
    background.start("campaign targeting", lambda: _keep_targeting(Targeting(campaigns, clock, patience), relay, asked))
    for name, check in (("database", database.ready), ("nats", bus.ready), ("rights", principals.ready)):
        app.state.health.add(name, check)
    app.state.health.started = True


async def _stop(principals: Principals) -> None:
    """Stop the watch; asked again after half a second, since nats-py's `wait_for` may forget a first cancellation."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_POLL_SECONDS):
            await principals.stop()


async def _keep_targeting(targeting: Targeting, relay: Relay, asked: asyncio.Event) -> None:
    """Work on chunks while there are any; look again when asked, and twice a second for what others left."""
    while True:
        asked.clear()
        while await targeting.work():
            relay.nudge()
        with suppress(TimeoutError):
            # Not `wait_for`, which in Python 3.11 forgets to be cancelled when the event is set at that moment.
            async with asyncio.timeout(_POLL_SECONDS):
                await asked.wait()
