"""Reading figures touches as many rows with many follow-ups as with few; what it counts them from is generated."""

import asyncio
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import text

from services.reporting.ports.reading import AsOf, Axis, Scope
from services.reporting.store.figures import PostgresReadings
from services.reporting.store.past_facts import standings
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.ids import user_id
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.settings import Settings
from tests.support import servers
from tools.bench.figures import ReadCosts, most_lookups, object_of, reads, rows_touched, text_of
from tools.bench.generated import CAMPAIGN, NETWORK, generate

FEW, MANY = 1_000, 20_000


@pytest.fixture(scope="module")
def urls(postgres_url, template_database):
    with ExitStack() as stack:
        made = [stack.enter_context(servers.database(postgres_url, template=template_database)) for _ in range(2)]
        for url, follow_ups in zip(made, (FEW, MANY), strict=True):
            asyncio.run(generate(url, follow_ups))
        yield made


@pytest.fixture
async def databases(urls):
    opened = [Database(url, service="reporting", pool_size=1) for url in urls]
    yield opened
    for database in opened:
        await database.close()


async def test_twenty_times_the_follow_ups_cost_no_more_rows(databases):
    few, many = databases

    touched = {name: (await rows_touched(few, read), await rows_touched(many, read)) for name, read in reads().items()}
    async with PostgresReadings(many).snapshot() as figures:
        counted = await reads()["indicators"](figures)
    whole = await rows_touched(many, _over_all_facts(many))

    assert counted.clients == MANY
    assert {name: rows for name, rows in touched.items() if rows[1] > 1.5 * rows[0]} == {}
    assert all(rows[0] > 0 for rows in touched.values())
    assert whole >= MANY


@pytest.mark.parametrize("axis", Axis)
async def test_a_past_day_of_a_subtree_is_scanned_and_no_follow_up_looked_up_alone(databases, axis):
    _, many = databases
    now = Clock(Settings().zone).now()
    as_of = AsOf(day=now.date(), axis=axis, end=now + timedelta(days=1))
    manager = Principal(user_id("manager"), unit_id=NETWORK, unit_path=(NETWORK,), access_level=AccessLevel.SUBTREE)

    async def past(figures):
        found = await standings(figures._connection, as_of, Scope(manager), [CAMPAIGN])
        assert sum(standing.clients for standing in found) == MANY

    assert await most_lookups(many, past) < 20


def test_the_worst_read_is_the_ratio_that_is_told():
    found = {"indicators": ReadCosts((2.0, 2.5), (10, 11)), "steps": ReadCosts((4.0, 4.0), (30, 30))}

    assert object_of(found) == {
        "figures_ratio": 1.25,
        "figures_ms": {"indicators": [2.0, 2.5], "steps": [4.0, 4.0]},
        "figures_rows": {"indicators": [10, 11], "steps": [30, 30]},
    }
    assert "ratio 1.250  rows touched 10 and 11" in text_of(found, 10, 1000)


def _over_all_facts(database):
    """A read that goes over the facts, to see that such a one would be noticed."""

    async def read(figures):
        await figures._connection.execute(text("select count(number) from facts"))

    return read
