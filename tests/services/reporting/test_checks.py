"""Counters that drifted are found and repaired while serving; missing facts come again from their owner."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import delete, event, select, text, update

from services.reporting.ports.counting import Refill
from services.reporting.store import measures
from services.reporting.store.checks import PostgresChecks
from services.reporting.store.ledger import PostgresLedgers
from services.reporting.tables import amount_counters, facts, follow_ups, metadata, step_counters
from services.reporting.use_cases.checks import ask_check, latest_checks, refill_page
from services.reporting.use_cases.record_facts import record_facts
from services.reporting.use_cases.regroup import regroup_all
from shared.contracts.followup import Facts
from shared.rulebook.access import Principal
from shared.rulebook.errors import Forbidden
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.ids import campaign_id
from shared.runtime.migrate import schema_differences
from tests.support.fakes_reporting import World
from tests.support.stories_reporting import CAMPAIGN, NOW, TODAY, a_definition, a_story, disturbed

OPERATOR = Principal(user_id="operator", unit_id="unit", unit_path=("unit",), operator=True)
PLANS = [a_definition(version).plan() for version in range(1, 6)]


@dataclass
class FakeFactSource:
    facts: list

    async def page(self, after_seq, limit):
        page = self.facts[after_seq : after_seq + limit]
        return Facts(facts=tuple(page), last_seq=after_seq + len(page), complete=after_seq + limit >= len(self.facts))


@pytest.fixture
def checks(database):
    return PostgresChecks(database)


@pytest.fixture
def ledgers(database):
    return PostgresLedgers(database)


@pytest.fixture
async def model(real: World):
    await real.hear(a_definition())
    await real.hear_facts(a_story(1, PLANS[:1], clients=30))
    return await real.read_model()


async def check(checks, ledgers):
    await ask_check(checks, OPERATOR, NOW, refill=False)
    await regroup_all(ledgers, chunk=7, now=NOW)
    (found,) = (await latest_checks(checks, OPERATOR))[0]
    return found


async def test_figures_that_are_those_of_the_facts_differ_nowhere(checks, ledgers, real, model):
    found = await check(checks, ledgers)

    assert (found.differences, found.ended_at) == (0, NOW)
    assert await real.read_model() == model


async def test_a_counter_that_drifted_is_shown_counted_and_repaired(checks, ledgers, real, model, database):
    before = measures.DIFFERENCES.labels("counters")._value.get()
    async with database.transaction() as connection:
        await connection.execute(update(amount_counters).values(clients=amount_counters.c.clients + 1))
        await connection.execute(delete(step_counters).where(step_counters.c.step_group == "done"))

    found = await check(checks, ledgers)

    assert found.differences > 1
    assert found.examples[0]["found"]["clients"] == found.examples[0]["expected"]["clients"] + 1
    assert measures.DIFFERENCES.labels("counters")._value.get() == before + found.differences
    assert await real.read_model() == model
    assert (await check(checks, ledgers)).differences == 0


async def test_a_follow_up_that_is_not_what_its_facts_say_is_folded_anew(checks, ledgers, real, model, database):
    async with database.transaction() as connection:
        await connection.execute(update(follow_ups).values(interactions=99))
        await connection.execute(delete(amount_counters))

    found = await check(checks, ledgers)

    assert found.differences > 0
    assert await real.read_model() == model


async def test_facts_keep_counting_while_a_check_runs(checks, ledgers, real):
    story = a_story(2, PLANS[:1], clients=30)
    await real.hear(a_definition())
    await real.hear_facts(story[: len(story) // 2])
    await checks.ask("operator", NOW)

    await real.hear_facts(story[len(story) // 2 :])
    await regroup_all(ledgers, chunk=3, now=NOW)

    assert (await checks.latest())[0].differences == 0


async def test_a_plan_that_changes_during_a_check_leaves_it_without_a_result(checks, ledgers, real, model):
    await checks.ask("operator", NOW)
    await real.hear(a_definition(2))

    await regroup_all(ledgers, chunk=100, now=NOW)

    (found,) = await checks.latest()
    assert (found.differences, found.ended_at) == (None, NOW)


async def test_a_filling_brings_the_facts_that_are_missing_page_by_page(checks, ledgers, real, model, database):
    story = a_story(1, PLANS[:1], clients=30)
    source = FakeFactSource(story * 10)
    async with database.transaction() as connection:
        for table in (facts, follow_ups, amount_counters, step_counters):
            await connection.execute(delete(table))
    assert await real.read_model() == {}

    await ask_check(checks, OPERATOR, NOW, refill=True)
    pages = [await refill_page(checks, source, ledgers, NOW)]
    while not pages[-1].ended:
        pages.append(await refill_page(checks, source, ledgers, NOW))

    assert len(pages) > 1
    assert pages[-1].added == len(story)
    assert await refill_page(checks, source, ledgers, NOW) is None
    await regroup_all(ledgers, chunk=100, now=NOW)
    assert await real.read_model() == model


async def test_an_owner_without_facts_ends_the_filling_at_once(checks, ledgers):
    number = await checks.ask_refill("operator", NOW)

    assert await refill_page(checks, FakeFactSource([]), ledgers, NOW) == Refill(number, ended=True)


async def test_only_operators_and_administrators_check(checks):
    nobody = Principal(user_id="anne", unit_id="unit", unit_path=("unit",))

    with pytest.raises(Forbidden):
        await ask_check(checks, nobody, NOW, refill=False)
    with pytest.raises(Forbidden):
        await latest_checks(checks, nobody)


async def test_a_fact_that_comes_again_with_other_content_changes_nothing_and_is_counted(ledgers, real, model):
    before = measures.CONTRADICTIONS._value.get()
    fact = a_story(1, PLANS[:1], clients=1)[0]
    other = fact.model_copy(update={"fact": Fact(FactKind.CLIENT_WITHDRAWN, TODAY, 1)})

    assert await record_facts(ledgers, [other]) == 0

    assert measures.CONTRADICTIONS._value.get() == before + 1
    assert await real.read_model() == model


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_replicas_that_count_at_the_same_time_neither_lose_nor_double_nor_deadlock(ledgers, real, seed):
    other = campaign_id("savings")
    story = a_story(seed, PLANS, clients=40) + a_story(seed, PLANS, clients=40, campaign=other)
    await ledgers_hear(ledgers, real, story)
    expected = await real.read_model()
    await real.empty()

    batches = [batch for turn in range(4) for batch in disturbed(seed + turn, story)]
    replicas = [PostgresLedgers(ledgers._database) for _ in range(3)]
    definitions = [a_definition(version) for version in range(1, 6)]

    async def replica(number):
        for place, batch in enumerate(batches[number::3]):
            await record_facts(replicas[number], batch)
            await real.hear(definitions[place + 1])
            await regroup_all(replicas[number], chunk=10, now=NOW)

    await asyncio.gather(*(replica(number) for number in range(3)))
    await regroup_all(ledgers, chunk=100, now=NOW)

    assert await real.read_model() == expected


async def ledgers_hear(ledgers, real, story):
    await real.hear(*(a_definition(version) for version in range(1, 6)))
    await record_facts(ledgers, story)
    await regroup_all(ledgers, chunk=100, now=NOW)


async def test_counters_that_nobody_reads_are_dropped(ledgers, real, model, database):
    await real.hear(a_definition(2))
    await regroup_all(ledgers, chunk=100, now=NOW)

    async with database.reading() as connection:
        generations = set((await connection.execute(select(amount_counters.c.generation))).scalars())
        steps = set((await connection.execute(select(step_counters.c.generation))).scalars())
    assert (generations, steps) == ({2}, {2})


def test_the_migrations_make_the_tables(module_database):
    assert schema_differences(module_database, "reporting", metadata) == []


async def test_an_unknown_campaign_is_given_no_counters(ledgers, real):
    await record_facts(ledgers, a_story(1, PLANS[:1], clients=3))
    await regroup_all(ledgers, chunk=100, now=NOW)

    assert await real.read_model() == {}
    assert CAMPAIGN not in await ledgers.unfinished()


async def test_a_batch_takes_the_clock_of_live_figures_once_and_last_however_many_facts_it_has(real, database):
    await real.hear(a_definition())
    sent: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *call: sent.append(call[2]))

    few, many = a_story(1, PLANS[:1], clients=2), a_story(2, PLANS[:1], clients=60)
    statements = []
    for facts_told in (few, many):
        sent.clear()
        await real.hear_facts(facts_told)
        statements.append(list(sent))

    assert [sum("figure_clock" in one for one in told) for told in statements] == [1, 1]
    assert all("figure_clock" in told[-1] for told in statements)
    assert len(many) > 5 * len(few)
    assert len(statements[0]) == len(statements[1])


async def test_whoever_has_the_clock_lets_others_count_up_to_their_last_statement(real, database, ledgers):
    """A writer that stands on the clock: a second one has facts, follow-ups and counters written when it waits."""
    await real.hear(a_definition())
    story = a_story(1, PLANS[:1], clients=3)
    await real.hear_facts(story[:1])
    waiting = text(
        "select cast(cast(relation as regclass) as text) from pg_locks where mode = 'RowExclusiveLock'"
        " and pid in (select pid from pg_locks where not granted)"
    )

    async with asyncio.timeout(20), database.transaction() as first:
        await first.execute(text("update figure_clock set number = number + 1"))
        second = asyncio.create_task(record_facts(ledgers, story[1:]))
        writing: set[str] = set()
        while not writing:
            async with database.reading() as looking:
                writing = set((await looking.execute(waiting)).scalars())
            await asyncio.sleep(0.02)

    assert await asyncio.wait_for(second, 20) == len(story) - 1
    assert {"facts", "follow_ups", "amount_counters", "step_counters", "figure_clock"} <= writing
