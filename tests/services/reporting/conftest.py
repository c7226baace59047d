"""Reporting's ledger, real and fake: the same tests hold for both."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import delete, select, update

from services.reporting.api import create_router, summary_routes, tree_routes
from services.reporting.api.exports import export_routes
from services.reporting.api.listing import listing_routes
from services.reporting.exporting.running import ExportRunner
from services.reporting.ports.counting import AmountKey, StepKey
from services.reporting.ports.reading import Scope
from services.reporting.ports.standing import Amounts, StepAmounts
from services.reporting.settings import Settings
from services.reporting.store.checks import PostgresChecks
from services.reporting.store.exports import PostgresExports, PostgresFiles
from services.reporting.store.figures import PostgresReadings
from services.reporting.store.ledger import PostgresLedgers
from services.reporting.store.places import PostgresPlaces
from services.reporting.store.replicas import PostgresReplicas
from services.reporting.tables import amount_counters, campaigns, metadata, step_counters
from services.reporting.use_cases.definitions import keep_definitions
from services.reporting.use_cases.exports import AskExports
from services.reporting.use_cases.figures import Indicators, indicators_of, read_campaigns
from services.reporting.use_cases.record_facts import record_facts
from services.reporting.use_cases.regroup import regroup_all
from services.reporting.writers.summary import charts_of
from shared.runtime.clock import FixedClock
from shared.runtime.database import Database
from shared.runtime.http import service_app
from shared.runtime.security import current_principal
from tests.support.fakes_reporting import FakeOrders, ReadModel, World, fake_world
from tests.support.past_reporting import at, clients_of
from tests.support.stories_reporting import CAMPAIGN, NOW, READERS, TODAY, a_definition, a_reader, a_story, units, users


@pytest.fixture
async def database(module_database: str) -> AsyncIterator[Database]:
    database = Database(module_database, service="reporting", pool_size=4)
    await empty(database)
    yield database
    await database.close()


@pytest.fixture(params=["real", "fake"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "fake":
        yield fake_world()
        return
    database = Database(request.getfixturevalue("module_database"), service="reporting", pool_size=4)
    await empty(database)
    yield real_world(database)
    await database.close()


@pytest.fixture
def real(database: Database) -> World:
    """The world on PostgreSQL alone."""
    return real_world(database)


def real_world(database: Database) -> World:
    async def read_model() -> ReadModel:
        return await _served_counters(database)

    return World(PostgresLedgers(database), read_model, lambda: empty(database))


async def empty(database: Database) -> None:
    async with database.transaction() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(delete(table))


@pytest.fixture
async def readings(database):
    await PostgresReplicas(database).keep(users=users(), units=units())
    return PostgresReadings(database)


@pytest.fixture
def tell(database):
    async def tell(definitions, facts=()):
        ledgers = PostgresLedgers(database)
        await keep_definitions(ledgers, definitions)
        if facts:
            await record_facts(ledgers, facts)
        await regroup_all(ledgers, chunk=50, now=NOW)

    return tell


@pytest.fixture
def indicators(readings: PostgresReadings) -> Callable[..., Awaitable[Indicators]]:
    """The indicators that a reader gets."""

    async def read(reader, today=TODAY, campaign=CAMPAIGN, **scope):
        async with readings.snapshot() as figures:
            return indicators_of(await read_campaigns(figures, Scope(reader, **scope), today, campaign_id=campaign))

    return read


@pytest.fixture
def served_counters() -> Callable[..., Awaitable[ReadModel]]:
    """Reads the counters as the fake does: by key without campaign and generation, zeros left out."""
    return _served_counters


@pytest.fixture
def rows() -> Callable[[Database, str, str], Awaitable[list[object]]]:
    """Reads one column of a table, sorted."""

    async def read(database: Database, table: str, column: str) -> list[object]:
        asked = metadata.tables[table].c[column]
        async with database.reading() as connection:
            return list((await connection.execute(select(asked).order_by(asked))).scalars())

    return read


@pytest.fixture
def counters() -> tuple[Callable[..., Awaitable[ReadModel]], Callable[[Database], Awaitable[None]]]:
    """Reads the counters, and makes them something else than the facts say."""

    async def damage(database: Database) -> None:
        async with database.transaction() as connection:
            await connection.execute(update(amount_counters).values(contacts=amount_counters.c.contacts + 5))

    return _served_counters, damage


async def _served_counters(database: Database, campaign: str = CAMPAIGN) -> ReadModel:
    """As FakeLedgers.read_model: the key without campaign and generation."""
    model: ReadModel = {}
    async with database.reading() as connection:
        for table, key, value in ((amount_counters, AmountKey, Amounts), (step_counters, StepKey, StepAmounts)):
            served = select(table).join(
                campaigns,
                (campaigns.c.campaign_id == table.c.campaign_id)
                & (campaigns.c.serving_generation == table.c.generation),
            )
            for row in await connection.execute(served.where(table.c.campaign_id == campaign)):
                counted = value(*(getattr(row, name) for name in value._fields))
                if any(counted):
                    model[tuple(getattr(row, name) for name in key._fields[2:])] = counted
    return model


@pytest.fixture
async def exports_told(database, tell):
    await PostgresReplicas(database).keep(users=users(), units=units())
    await tell([a_definition()], a_story(1, [a_definition().plan()], clients=30))


@pytest.fixture
def caller():
    """Who asks; a test may change the rights."""
    return SimpleNamespace(principal=a_reader())


@pytest.fixture
async def exports_client(exports_told, database, caller):
    clock = FixedClock(ZoneInfo("Europe/Paris"), NOW)
    files = PostgresFiles(database, max_bytes=10_000_000)
    ask = AskExports(
        PostgresExports(database), files, PostgresReadings(database), clock, clock.now, written=lambda: None
    )
    app = service_app(title="Reporting", version="1", lifespan=None, settings=Settings())
    app.include_router(export_routes(ask))
    app.dependency_overrides[current_principal] = lambda: caller.principal
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.fixture
def a_runner(database, module_database, caller):
    async def present(_user_id):
        return caller.principal

    def make(**changes):
        runner = ExportRunner(
            exports=PostgresExports(database),
            files=PostgresFiles(database, max_bytes=10_000_000),
            present=present,
            now=lambda: NOW,
            database_url=module_database,
            zone="Europe/Paris",
            seconds=60,
            megabytes=2048,
        )
        return replace(runner, **changes)

    return make


@pytest.fixture
def past(database, tell):
    """Tells facts, definitions and moves of advisors."""

    async def past(*facts, definitions=None, moves=()):
        people = [(user, at("2026-09-01")) for user in users()] + list(moves)
        await PostgresPlaces(database).keep(people)
        await PostgresReplicas(database).keep(
            users=[user for user, _ in people], units=units(), clients=clients_of(facts)
        )
        await tell(list(definitions or [a_definition()]), list(facts))

    return past


@pytest.fixture
def asks(database):
    """Asks over HTTP, by default as somebody who reads everything, in Paris."""

    async def asks(path, expected=200, /, *, reader=READERS["all"], zone="Europe/Paris", orders=(), now=NOW, **query):
        app = service_app(title="Reporting", version="1", lifespan=None, settings=Settings())
        clock = FixedClock(ZoneInfo(zone), now)
        readings, checks = PostgresReadings(database), PostgresChecks(database)
        app.include_router(create_router(readings, checks, FakeOrders(orders), clock))
        app.include_router(listing_routes(readings, clock))
        app.include_router(tree_routes(readings, clock))
        app.include_router(summary_routes(readings, clock, charts_of))
        app.dependency_overrides[current_principal] = lambda: reader
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            answer = await client.get(f"/api/reports{path}", params=query)
        assert answer.status_code == expected, answer.text
        return answer.json()

    return asks


@pytest.fixture
def of_one(asks):
    """Clients and euros collected in the campaign."""

    async def of_one(as_of, axis="recorded", **more):
        found = await asks("/indicators", campaign_id=CAMPAIGN, as_of=as_of, axis=axis, **more)
        return found["clients"], found["collected"]

    return of_one
