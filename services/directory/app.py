"""Wires the directory: the one place that knows every part of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.directory.api.put import put_router
from services.directory.api.read import read_router
from services.directory.settings import Settings
from services.directory.store.bucket import NatsPrincipalsBucket
from services.directory.store.principals import PostgresPrincipalChanges
from services.directory.store.records import PostgresDirectory
from services.directory.use_cases.tell_principals import keep_told
from shared.runtime.background import Background
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.http import service_app
from shared.runtime.messaging import Bus
from shared.runtime.principals import Principals
from shared.runtime.relay import Relay
from shared.runtime.security import Security
from shared.runtime.tokens import TokenVerifier

NAME = "directory"
_BACKGROUND_CONNECTIONS = 3


def create_app(settings: Settings | None = None) -> FastAPI:
    """The directory, connected while its lifespan lasts."""
    settings = settings or Settings()
    database = Database(settings.database_url, service=NAME, pool_size=settings.db_pool_size)
    after_writing: list[Callable[[], None]] = []

    def written() -> None:
        for tell in after_writing:
            tell()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        sweeps = Database(settings.database_url, service=NAME, pool_size=_BACKGROUND_CONNECTIONS, background=True)
        bus = await Bus.connect(settings.nats_url, name=NAME, replicas=settings.nats_replicas)
        await bus.ensure_streams()
        bucket = NatsPrincipalsBucket(bus, replicas=settings.nats_replicas)
        verifier = TokenVerifier(settings)
        principals = Principals(bus)
        relay = Relay(sweeps, bus)
        nudged = asyncio.Event()
        after_writing.extend((relay.nudge, nudged.set))
        app.state.security = Security(verifier, principals)
        for name, check in (("database", database.ready), ("nats", bus.ready), ("rights", principals.ready)):
            app.state.health.add(name, check)
        async with Background() as background:
            background.start("directory relay", relay.run)
            background.start(
                "directory principals", lambda: keep_told(PostgresPrincipalChanges(sweeps), bucket, nudged)
            )
            await principals.start()
            app.state.health.started = True
            yield
            app.state.health.started = False
            await principals.stop()
        after_writing.clear()
        await verifier.close()
        await bus.close()
        await sweeps.close()
        await database.close()

    app = service_app(title="Directory", version="1.0.0", lifespan=lifespan, settings=settings)
    directory = PostgresDirectory(database)
    app.include_router(put_router(directory, Clock(settings.zone), written))
    app.include_router(read_router(directory))
    return app
