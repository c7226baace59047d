"""The notification service, wired."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from services.notification import api, consumers
from services.notification.settings import Settings
from services.notification.store import StoredNotices, StoredStreams, announcing, keeping
from services.notification.use_cases.announce import keep_announcing
from services.notification.use_cases.push import LivePages
from shared.runtime.clock import Clock
from shared.runtime.http import service_app
from shared.runtime.service import Parts, Running

NAME = "notification"
_FORGET_EVERY_SECONDS = 3600


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service, connected while its lifespan lasts."""
    settings = settings or Settings()
    parts = Parts(settings, NAME, publishes=False)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with parts.running(app) as running:
            await _begin(app, settings, parts, running)
            app.state.health.started = True
            yield

    app = service_app(title="Notification", version="1.0.0", lifespan=lifespan, settings=settings)
    app.include_router(api.router)
    return app


async def _begin(app: FastAPI, settings: Settings, parts: Parts, running: Running) -> None:
    """Start the consumers, the announcer and the live pages."""
    clock = Clock(settings.zone)
    streams = StoredStreams(parts.sweeps)
    pages = LivePages(
        StoredStreams(parts.database), pause=settings.notice_push_seconds, heartbeat=settings.notice_heartbeat_seconds
    )
    app.state.doors = api.Doors(StoredNotices(parts.database), pages, clock)
    await consumers.listen(running.bus, partial(keeping, parts.database))
    announcer = partial(
        keep_announcing, partial(announcing, parts.sweeps), clock, pause=settings.notice_announce_seconds
    )
    running.background.start("notification-announce", announcer)
    running.background.start("notification-push", pages.watch)
    running.background.start("notification-forget", partial(_keep_forgetting, streams, clock, settings))


async def _keep_forgetting(streams: StoredStreams, clock: Clock, settings: Settings) -> None:
    while True:
        await streams.forget(clock.now(), settings.stream_retention)
        await asyncio.sleep(_FORGET_EVERY_SECONDS)
