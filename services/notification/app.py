"""The notification service, wired."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI

from services.notification import api, consumers
from services.notification.settings import Settings
from services.notification.store import StoredNotices, StoredStreams, announcing, keeping
from services.notification.use_cases.announce import keep_announcing
from services.notification.use_cases.push import LivePages
from shared.runtime.background import Background
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.http import service_app
from shared.runtime.messaging import Bus
from shared.runtime.principals import Principals
from shared.runtime.security import Security
from shared.runtime.tokens import TokenVerifier

_FORGET_EVERY_SECONDS = 3600


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service as an ASGI application; everything it holds is made and closed by its lifespan."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _start(app, settings, stack)
            yield

    app = service_app(title="Notification", version="1.0.0", lifespan=lifespan, settings=settings)
    app.include_router(api.router)
    return app


async def _start(app: FastAPI, settings: Settings, stack: AsyncExitStack) -> None:
    clock = Clock(settings.zone)
    database = Database(settings.database_url, service="notification", pool_size=settings.db_pool_size)
    stack.push_async_callback(database.close)
    background_database = Database(settings.database_url, service="notification", pool_size=2, background=True)
    stack.push_async_callback(background_database.close)
    bus = await Bus.connect(settings.nats_url, name="notification", replicas=settings.nats_replicas)
    stack.push_async_callback(bus.close)
    await bus.ensure_streams()
    principals = Principals(bus)
    await principals.start()
    stack.push_async_callback(principals.stop)
    verifier = TokenVerifier(settings)
    stack.push_async_callback(verifier.close)

    streams = StoredStreams(background_database)
    pages = LivePages(
        StoredStreams(database), pause=settings.notice_push_seconds, heartbeat=settings.notice_heartbeat_seconds
    )
    app.state.security = Security(verifier, principals)
    app.state.doors = api.Doors(StoredNotices(database), pages, clock)

    await consumers.listen(bus, partial(keeping, database))
    background = await stack.enter_async_context(Background())
    announcer = partial(
        keep_announcing, partial(announcing, background_database), clock, pause=settings.notice_announce_seconds
    )
    background.start("notification-announce", announcer)
    background.start("notification-push", pages.watch)
    background.start("notification-forget", partial(_keep_forgetting, streams, clock, settings))

    for name, check in (("database", database.ready), ("nats", bus.ready), ("rights", principals.ready)):
        app.state.health.add(name, check)
    app.state.health.started = True


async def _keep_forgetting(streams: StoredStreams, clock: Clock, settings: Settings) -> None:
    while True:
        await streams.forget(clock.now(), settings.stream_retention)
        await asyncio.sleep(_FORGET_EVERY_SECONDS)
