"""Reporting compares itself with the follow-up service and the engine, on demand and by schedule, and mends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from services.followup.consumers import answer_comparisons
from services.followup.engine import TemporalExecutions
from services.followup.store.comparing import PostgresHeldRows
from services.followup.use_cases.compare_engine import CompareEngine
from services.reporting.__main__ import compare
from services.reporting.app import create_app
from services.reporting.ports.reconciling import Found, Outcome, Reconciliation
from services.reporting.settings import Settings
from services.reporting.store.checks import PostgresChecks
from services.reporting.store.ledger import PostgresLedgers
from services.reporting.store.measures import DIFFERENCES
from services.reporting.store.reconciling import PostgresReconciliations
from services.reporting.use_cases.definitions import keep_definitions
from services.reporting.use_cases.record_facts import record_facts
from services.reporting.use_cases.regroup import regroup_all
from shared.contracts.followup import FactsPage
from shared.rulebook.commands import CompleteStep, RecordInteraction
from shared.rulebook.steps import StepKind
from shared.runtime.database import Database
from tests.integration.followup.waiting import until
from tests.integration.followup.world import World, a_definition

Run = tuple[Reconciliation, list[Found]]
BOTH_WAYS = pytest.mark.parametrize("by", ["demand", "schedule"])


@pytest.fixture
async def own(fresh_database: str) -> AsyncIterator[Database]:
    database = Database(fresh_database, service="reporting", pool_size=3)
    yield database
    await database.close()


@pytest.fixture
async def told(world: World, own: Database) -> list[str]:
    """Three follow-ups of one campaign, whose facts reporting counted; the follow-up service answers comparisons."""

    async def connected() -> object:
        return world.client

    executions = TemporalExecutions(connected, task_queue=world.task_queue)  # type: ignore[arg-type]
    held = PostgresHeldRows(world.database)
    await answer_comparisons(world.bus, held, CompareEngine(held, executions, world.clock, per_second=1000))
    campaign = await world.a_campaign()
    ids = [await world.a_follow_up(campaign) for _ in range(3)]
    await world.do(ids[0], CompleteStep("first-call"))
    await world.do(ids[0], RecordInteraction(StepKind.REMINDER))
    ledgers = PostgresLedgers(own)
    await keep_definitions(ledgers, [a_definition(campaign)])
    await record_facts(ledgers, (await world.reading.facts_page(FactsPage(limit=1000))).facts)
    await regroup_all(ledgers, chunk=100, now=world.clock.now())
    return ids


@pytest.fixture
def settings(fresh_database: str, nats_url: str) -> Settings:
    return Settings(
        database_url=fresh_database,
        nats_url=nats_url,
        reporting_reconcile_at="off",
        reporting_reconcile_settle_seconds=0,
        reporting_reconcile_pause_seconds=0,
        log_level="ERROR",
    )


@pytest.fixture
def reconcile(world: World, own: Database, settings: Settings) -> Callable[[str], Awaitable[Run]]:
    """A whole run by the real service, asked for or begun by its schedule; what it found."""
    runs = PostgresReconciliations(own)

    async def ended() -> Reconciliation | None:
        last = await runs.latest(1)
        return last[0] if last and last[0].ended_at is not None else None

    async def reconcile(by: str) -> Run:
        now = world.clock.now().astimezone(settings.zone)
        at = f"{now:%H:%M}" if by == "schedule" else "off"
        async with _running(settings.model_copy(update={"reporting_reconcile_at": at})):
            if by == "demand":
                await runs.ask("operator", world.clock.now())
            run = await until(ended)
        assert run is not None
        assert run.asked_by == ("operator" if by == "demand" else "schedule")
        return run, list(await runs.differences(run.number, after=0, limit=100, kind=None))

    return reconcile


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[None]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield


async def contacts(own: Database) -> int:
    """What the counters served say."""
    counted = text("""
        select coalesce(sum(contacts), 0) from amount_counters c join campaigns using (campaign_id)
        where c.generation = campaigns.serving_generation
    """)
    async with own.reading() as connection:
        return int((await connection.execute(counted)).scalar_one())


async def change(own: Database, statement: str, **values: object) -> None:
    async with own.transaction() as connection:
        await connection.execute(text(statement), values)


@pytest.mark.usefixtures("told")
async def test_where_everything_is_the_same_nothing_is_found(
    own: Database, reconcile: Callable[[str], Awaitable[Run]]
) -> None:
    run, found = await reconcile("demand")

    assert (found, run.counters, run.problem) == ([], 0, None)
    assert (run.follow_ups, run.open, await contacts(own)) == (3, 0, 2)


@BOTH_WAYS
@pytest.mark.usefixtures("told")
async def test_a_counter_that_was_broken_is_found_and_mended(
    own: Database, reconcile: Callable[[str], Awaitable[Run]], by: str
) -> None:
    await change(own, "update amount_counters set contacts = contacts + 5")
    before = DIFFERENCES.labels("counters")._value.get()

    run, found = await reconcile(by)

    assert (run.counters, found, await contacts(own)) == (3, [], 2)
    assert DIFFERENCES.labels("counters")._value.get() == before + 3
    assert [check.differences for check in await PostgresChecks(own).latest()] == [3]


@BOTH_WAYS
async def test_a_fact_that_is_missing_is_found_and_taken_again_from_its_owner(
    own: Database, told: list[str], reconcile: Callable[[str], Awaitable[Run]], by: str
) -> None:
    await change(own, "delete from facts where follow_up_id = :id and number = 2", id=told[0])
    await change(own, "delete from facts where follow_up_id = :id", id=told[1])
    await change(own, "delete from follow_ups where follow_up_id = :id", id=told[1])
    before = DIFFERENCES.labels("facts_missing")._value.get()

    run, found = await reconcile(by)

    assert {(one.follow_up_id, one.kind, one.outcome) for one in found} == {
        (told[0], "facts_missing", Outcome.REPAIRED),
        (told[1], "facts_missing", Outcome.REPAIRED),
    }
    assert (run.differences, run.open, await contacts(own)) == ({"facts_missing": 2}, 0, 2)
    assert DIFFERENCES.labels("facts_missing")._value.get() == before + 2
    again, nothing = await reconcile("demand")
    assert (nothing, again.counters) == ([], 0)


@BOTH_WAYS
async def test_an_execution_that_was_terminated_is_found_and_started_again(
    world: World, told: list[str], reconcile: Callable[[str], Awaitable[Run]], by: str
) -> None:
    await world.execution(told[0]).terminate()

    _, found = await reconcile(by)

    assert [(one.follow_up_id, one.kind, one.outcome) for one in found] == [
        (told[0], "execution_lost", Outcome.REPAIRED)
    ]
    assert found[0].details == {"state": "OPEN", "row": 3, "execution": None}
    assert (await world.do(told[0], CompleteStep("meeting"))).number == 4


async def test_a_fact_and_a_row_that_were_changed_are_what_their_owner_says_again(
    own: Database, told: list[str], reconcile: Callable[[str], Awaitable[Run]]
) -> None:
    await change(
        own,
        """update facts set after = jsonb_set(after, '{potential}', '"7.00"') where follow_up_id = :id""",
        id=told[1],
    )
    await change(
        own,
        """update follow_ups set state = jsonb_set(state, '{potential}', '"7.00"') where follow_up_id = :id""",
        id=told[1],
    )

    _, found = await reconcile("demand")
    again, nothing = await reconcile("demand")

    assert [(one.kind, one.outcome) for one in found] == [("state_differs", Outcome.REPAIRED)]
    assert (nothing, again.counters) == ([], 0)


async def test_facts_that_their_owner_does_not_know_are_shown_and_stay(
    own: Database, told: list[str], world: World, reconcile: Callable[[str], Awaitable[Run]]
) -> None:
    # As after a restore of the follow-up service's database to a moment before.
    async with world.database.transaction() as connection:
        for statement in (
            "delete from facts where follow_up_id = :id",
            "delete from follow_ups where follow_up_id = :id",
        ):
            await connection.execute(text(statement), {"id": told[2]})

    run, found = await reconcile("demand")

    kinds = {(one.kind, one.outcome, one.reason) for one in found if one.follow_up_id == told[2]}
    assert ("facts_unknown", Outcome.OPEN, "unknown_to_the_owner") in kinds
    assert run.open == len(found)


@pytest.mark.usefixtures("told")
async def test_the_command_line_compares_everything_and_tells_what_differed(
    own: Database, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await change(own, "delete from facts where number = 3")

    first = await asyncio.to_thread(compare, settings)
    second = await asyncio.to_thread(compare, settings)

    assert (first, second) == (1, 0)
    assert '"kind": "facts_missing"' in capsys.readouterr().out


async def test_runs_are_one_at_a_time_and_the_one_of_a_day_is_begun_once(own: Database) -> None:
    runs, now = PostgresReconciliations(own), datetime(2026, 11, 24, 2, 5, tzinfo=UTC)

    scheduled = await runs.ask("schedule", now, scheduled_on=now.date())
    twice = await runs.ask("schedule", now, scheduled_on=now.date())
    asked = await runs.ask("operator", now)
    first, second = await runs.claim(now, now.replace(hour=3)), await runs.claim(now, now.replace(hour=3))

    assert (twice, asked) == (None, scheduled)
    assert first is not None
    assert second is None
