"""Reporting's ledger, real and fake: the same tests hold for both."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select, text

from services.reporting.ports.counting import AmountKey, Amounts, StepAmounts, StepKey
from services.reporting.store.ledger import PostgresLedgers
from services.reporting.tables import amount_counters, campaigns, metadata, step_counters
from services.reporting.use_cases.definitions import keep_definitions
from services.reporting.use_cases.record_facts import record_facts
from services.reporting.use_cases.regroup import regroup_all
from shared.contracts.campaign import CampaignDefined
from shared.contracts.followup import FactRecorded
from shared.runtime.database import Database
from tests.support.fakes_reporting import CAMPAIGN, NOW, FakeLedgers

ReadModel = dict[tuple[Any, ...], tuple[Any, ...]]


@dataclass
class World:
    """One ledger, and the words of the tests."""

    ledgers: Any
    read_model: Callable[[], Awaitable[ReadModel]]
    empty: Callable[[], Awaitable[None]]
    database: Database | None = None
    regrouped: list[str] = field(default_factory=list)

    async def hear(self, *events: CampaignDefined | FactRecorded) -> None:
        """One message after the other, each in a transaction of its own."""
        for event in events:
            if isinstance(event, CampaignDefined):
                await keep_definitions(self.ledgers, [event])
            else:
                await record_facts(self.ledgers, [event])

    async def hear_facts(self, facts: list[FactRecorded]) -> int:
        return await record_facts(self.ledgers, facts)

    async def regroup(self, *, chunk: int = 3) -> None:
        self.regrouped += await regroup_all(self.ledgers, chunk=chunk, now=NOW)


@pytest.fixture
async def database(module_database: str) -> AsyncIterator[Database]:
    database = Database(module_database, service="reporting", pool_size=4)
    await empty(database)
    yield database
    await database.close()


@pytest.fixture(params=["real", "fake"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "fake":
        fake = FakeLedgers()

        async def read_model() -> ReadModel:
            return fake.read_model()

        async def forget() -> None:
            fake.__init__()

        yield World(fake, read_model, forget)
        return
    database = Database(request.getfixturevalue("module_database"), service="reporting", pool_size=4)
    await empty(database)
    yield real_world(database)
    await database.close()


def real_world(database: Database) -> World:
    async def read_model() -> ReadModel:
        return await served_counters(database)

    return World(PostgresLedgers(database), read_model, lambda: empty(database), database)


async def empty(database: Database) -> None:
    async with database.transaction() as connection:
        for table in metadata.sorted_tables:
            await connection.execute(text(f"delete from {table.name}"))


async def served_counters(database: Database, campaign: str = CAMPAIGN) -> ReadModel:
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
