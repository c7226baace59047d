"""The notification service's store, real and fake: the same tests hold for both."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from services.notification.ports import Announcements, ClientToContact, Notice, Notices, Replicas, StreamEvent, Streams
from services.notification.store import StoredNotices, StoredStreams, announcing, keeping
from services.notification.tables import metadata
from services.notification.use_cases.announce import announce
from shared.contracts.campaign import CampaignDefined, CampaignMoment
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.rulebook.access import Principal
from shared.runtime.database import Database
from tests.support.fakes_notification import FakeNoticeStore
from tests.support.stories_notification import NOON, TODAY


@dataclass
class World:
    """One store behind all four ports, and the words of the tests."""

    keeping: Callable[[], AbstractAsyncContextManager[Replicas]]
    announcing: Callable[[], AbstractAsyncContextManager[Announcements]]
    notices: Notices
    streams: Streams

    async def hear(self, *events: Any) -> None:
        async with self.keeping() as replicas:
            await replicas.keep_definitions([event for event in events if isinstance(event, CampaignDefined)])
            await replicas.keep_moments([event for event in events if isinstance(event, CampaignMoment)])
            await replicas.keep_users([event for event in events if isinstance(event, UserChanged)])
            await replicas.keep_clients([event for event in events if isinstance(event, ClientChanged)])
            await replicas.keep_facts([event for event in events if isinstance(event, FactRecorded)])

    async def announce(self, today: date = TODAY, *, minutes: int = 0, limit: int = 1000) -> int:
        return await announce(self.announcing, today=today, now=_at(today, minutes), limit=limit)

    async def notices_of(self, reader: Principal, today: date = TODAY) -> list[Notice]:
        return list(await self.notices.page(reader, today, None, 100))

    async def clients_of(self, reader: Principal, notice: Notice, today: date = TODAY) -> list[ClientToContact]:
        return list(await self.notices.clients(reader, notice, today, None, 100))

    async def pushed_to(self, reader: Principal) -> list[StreamEvent]:
        return list(await self.streams.after(reader.user_id, 0, 100))


def _at(today: date, minutes: int) -> datetime:
    return NOON + (today - TODAY) + timedelta(minutes=minutes)


@asynccontextmanager
async def real_world(url: str) -> AsyncIterator[World]:
    database = Database(url, service="notification", pool_size=4)
    try:
        yield World(
            partial(keeping, database),
            partial(announcing, database),
            StoredNotices(database),
            StoredStreams(database),
        )
    finally:
        await database.close()


@pytest.fixture(params=["real", "fake"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "fake":
        store = FakeNoticeStore()
        yield World(store.transaction, store.transaction, store, store)
        return
    url = request.getfixturevalue("module_database")
    await _empty(url)
    async with real_world(url) as world:
        yield world


@pytest.fixture
async def stored(module_database: str) -> AsyncIterator[World]:
    await _empty(module_database)
    async with real_world(module_database) as world:
        yield world


async def _empty(url: str) -> None:
    database = Database(url, service="notification", pool_size=1)
    async with database.transaction() as connection:
        for table in metadata.sorted_tables:
            await connection.execute(table.delete())
    await database.close()
