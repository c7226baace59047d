"""Reading figures touches as many rows with many follow-ups as with few; what it counts them from is generated."""

import pytest
from sqlalchemy import text

from services.reporting.store.figures import PostgresReadings
from shared.runtime.database import Database
from tests.support import servers
from tools.bench.figures import ReadCosts, object_of, reads, rows_touched, text_of
from tools.bench.generated import generate

FEW, MANY = 1_000, 20_000


@pytest.fixture
async def databases(postgres_url, template_database):
    with (
        servers.database(postgres_url, template=template_database) as few,
        servers.database(postgres_url, template=template_database) as many,
    ):
        opened = []
        for url, follow_ups in ((few, FEW), (many, MANY)):
            await generate(url, follow_ups)
            opened.append(Database(url, service="reporting", pool_size=1))
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
