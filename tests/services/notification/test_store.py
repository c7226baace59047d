"""What only the real store can get wrong."""

import asyncio
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select

from services.notification.ports import Pushed
from services.notification.store import StoredStreams, reach
from services.notification.store.streams import push
from services.notification.tables import follow_ups, metadata, notices
from shared.rulebook.access import AccessLevel, Principal, in_reach
from shared.rulebook.ids import campaign_id, notice_id, unit_id, user_id
from shared.runtime.database import Database
from shared.runtime.migrate import schema_differences
from tests.support.stories_notification import NOON, a_definition, a_fact, a_reader, a_user, the_notice_date_of

C = campaign_id("retirement")
ANNE = a_reader("anne")


@pytest.fixture
async def database(module_database):
    database = Database(module_database, service="notification", pool_size=8)
    yield database
    await database.close()


def test_migrations_and_tables_agree(module_database):
    assert schema_differences(module_database, "notification", metadata) == []


@pytest.mark.parametrize(("level", "crm"), [*product(AccessLevel, [False]), (AccessLevel.NONE, True)])
async def test_the_reach_in_sql_is_the_rulebooks(stored, database, level, crm):
    units = {"network": (), "north": ("network",), "branch": ("network", "north"), "south": ("network",)}
    seats = {"anne": "branch", "boss": "north", "colleague": "north", "carl": "south", "root": "network"}
    paths = {name: (*map(unit_id, units[unit]), unit_id(unit)) for name, unit in seats.items()}
    for name, path in paths.items():
        told = a_user(name, unit=path[-1]).model_copy(update={"unit_path": path})
        await stored.hear(told, a_fact(C, f"client of {name}", name))
    boss = Principal(user_id("boss"), paths["boss"][-1], paths["boss"], access_level=level, crm=crm)

    async with database.reading() as connection:
        rows = await connection.execute(
            select(follow_ups.c.advisor_id).where(reach.in_reach(boss, follow_ups.c.advisor_id))
        )
        found = set(rows.scalars())

    assert found == {user_id(name) for name, path in paths.items() if in_reach(boss, user_id(name), path)}


async def test_numbers_of_a_stream_have_no_gap_and_the_order_of_commit(stored, database):
    seen = []

    async def tell(n):
        async with database.transaction() as connection:
            await push(connection, Pushed.READ, [(ANNE.user_id, notice_id(C, str(n)))] * 2, NOON)

    async def watch():
        while len(seen) < 20:
            seen.extend(await stored.streams.after(ANNE.user_id, seen[-1].seq if seen else 0, 100))

    await asyncio.gather(watch(), *(tell(n) for n in range(10)))

    assert [event.seq for event in seen] == list(range(1, 21))


async def test_two_announcers_and_the_consumer_at_once_announce_everybody_once(stored, database):
    await stored.hear(a_definition(C), the_notice_date_of(C))

    async def consume():
        for batch in range(10):
            await stored.hear(*(a_fact(C, f"client {batch}/{n}", "anne") for n in range(20)))

    async def announcer():
        for _ in range(30):
            await stored.announce(limit=7)

    await asyncio.gather(consume(), announcer(), announcer())
    while await stored.announce():
        pass

    (notice,) = await stored.notices_of(ANNE)
    async with database.reading() as connection:  # a notice never shows more new clients than it has
        counted = await connection.scalar(select(notices.c.news))
    assert (notice.clients, counted) == (200, 200)


async def test_what_was_pushed_long_ago_is_forgotten_and_numbers_go_on(stored, database):
    streams = StoredStreams(database)
    async with database.transaction() as connection:
        await push(connection, Pushed.READ, [(ANNE.user_id, notice_id(C, "a"))], NOON)

    await streams.forget(NOON + timedelta(days=8), timedelta(days=7))
    async with database.transaction() as connection:
        await push(connection, Pushed.READ, [(ANNE.user_id, notice_id(C, "b"))], NOON)

    assert [event.seq for event in await streams.after(ANNE.user_id, 0, 10)] == [2]
