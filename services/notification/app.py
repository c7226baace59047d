"""The notification service, wired."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from services.notification import api, consumers
from services.notification.engine import HttpSender
from services.notification.ports.digests import Language
from services.notification.settings import Settings
from services.notification.store import (
    AskedNeighbours,
    StoredDeliveries,
    StoredDigests,
    StoredNotices,
    StoredPreferences,
    StoredStreams,
    StoredWebhooks,
    announcing,
    keeping,
)
from services.notification.use_cases.announce import keep_announcing
from services.notification.use_cases.deliver import Deliver
from services.notification.use_cases.keep_webhooks import KeepWebhooks
from services.notification.use_cases.push import LivePages
from services.notification.use_cases.send_digests import Around, SendDigests
from shared.rulebook.access import Principal
from shared.runtime.clock import Clock
from shared.runtime.http import service_app
from shared.runtime.mail import Mailer
from shared.runtime.problems import Unavailable
from shared.runtime.security import Security
from shared.runtime.service import Parts, Running

NAME = "notification"
_FORGET_EVERY_SECONDS = 3600
_DIGESTS_KEPT_FOR = timedelta(days=30)
_LEASE_MARGIN_SECONDS = 30
"""How much longer than an attempt its lease is: what records the outcome may have to wait too."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service, connected while its lifespan lasts."""
    settings = settings or Settings()
    parts = Parts(settings, NAME, publishes=False)
    people, mailer = PresentPeople(), Mailer(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with parts.running(app) as running:
            people.security = app.state.security
            await _begin(app, settings, parts, running)
            _begin_digests(settings, parts, running, people, mailer)
            async with HttpSender(
                seconds=settings.webhook_seconds, allow_private=settings.webhook_allow_private
            ) as sender:
                await _begin_webhooks(settings, parts, running, sender)
                app.state.health.started = True
                yield
                await running.background.stop()

    app = service_app(title="Notification", version="1.0.0", lifespan=lifespan, settings=settings)
    app.include_router(parts.backlog("/api/notifications"))
    app.include_router(api.router)
    kept, clock = StoredWebhooks(parts.database), Clock(settings.zone)
    keep = KeepWebhooks(kept, clock.now)
    app.include_router(api.webhook_routes(kept, keep, allow_private=settings.webhook_allow_private))
    chosen = StoredPreferences(parts.database)
    app.include_router(api.preference_routes(chosen, people, clock, mail=lambda: mailer.ready))
    return app


class PresentPeople:
    """Who people are at this moment; ready once the service is connected."""

    security: Security | None = None

    async def principal(self, user_id: str) -> Principal | None:
        """See the port."""
        if self.security is None:
            raise Unavailable("rights_unavailable")
        return await self.security.present(user_id)

    def language(self, user_id: str) -> Language:
        """See the port."""
        record = None if self.security is None else self.security.principals.get(user_id)
        return "en" if record is not None and record.language == "en" else "fr"


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


async def _begin_webhooks(settings: Settings, parts: Parts, running: Running, sender: HttpSender) -> None:
    """Hear what webhooks are about, and send."""
    clock, deliveries = Clock(settings.zone), StoredDeliveries(parts.sweeps)
    await consumers.hear_for_webhooks(running.bus, deliveries)
    deliver = Deliver(
        deliveries,
        sender,
        clock.now,
        lease=timedelta(seconds=settings.webhook_seconds + _LEASE_MARGIN_SECONDS),
        disable_after=timedelta(hours=settings.webhook_disable_hours),
        spread=random.random,
    )
    running.background.start("notification-webhooks", partial(deliver.keep_delivering, settings.webhook_poll_seconds))
    running.background.start(
        "notification-webhooks-forget", partial(_keep_forgetting_deliveries, deliveries, clock, settings)
    )


def _begin_digests(settings: Settings, parts: Parts, running: Running, people: PresentPeople, mailer: Mailer) -> None:
    """Send what there is to do to whoever wants it."""
    clock, digests = Clock(settings.zone), StoredDigests(parts.sweeps)
    around = Around(
        people=people,
        neighbours=AskedNeighbours(running.bus),
        notices=StoredNotices(parts.sweeps),
        carrier=mailer,
        public_url=settings.public_url,
    )
    sending = SendDigests(digests, around, clock, hour=settings.digest_hour)
    running.background.start("notification-digests", partial(sending.keep_sending, settings.digest_poll_seconds))
    running.background.start("notification-digests-forget", partial(_keep_forgetting_digests, digests, clock))


async def _keep_forgetting_digests(digests: StoredDigests, clock: Clock) -> None:
    while True:
        if not await digests.forget(clock.today() - _DIGESTS_KEPT_FOR):
            await asyncio.sleep(_FORGET_EVERY_SECONDS)


async def _keep_forgetting_deliveries(deliveries: StoredDeliveries, clock: Clock, settings: Settings) -> None:
    while True:
        if not await deliveries.forget(clock.now() - timedelta(days=settings.webhook_log_days)):
            await asyncio.sleep(_FORGET_EVERY_SECONDS)


async def _keep_forgetting(streams: StoredStreams, clock: Clock, settings: Settings) -> None:
    while True:
        await streams.forget(clock.now(), settings.stream_retention)
        await asyncio.sleep(_FORGET_EVERY_SECONDS)
