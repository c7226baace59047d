"""Each figure against a slow computation over the facts, written apart from the counters, for every reach."""

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select

from services.reporting.ports.reading import Scope
from services.reporting.store.figures import PostgresReadings
from services.reporting.store.ledger import PostgresLedgers
from services.reporting.store.reach import within
from services.reporting.store.replicas import PostgresReplicas
from services.reporting.tables import advisors
from services.reporting.use_cases.breakdown import BrokenDownBy, read_breakdown
from services.reporting.use_cases.definitions import keep_definitions
from services.reporting.use_cases.figures import indicators_of, read_campaigns
from services.reporting.use_cases.record_facts import record_facts
from services.reporting.use_cases.regroup import regroup_all
from services.reporting.use_cases.steps import read_steps
from shared.rulebook.access import AccessLevel, Principal, in_reach
from shared.rulebook.errors import NotVisible
from shared.rulebook.follow_up import EntryState, FactKind, FollowUpStatus
from shared.rulebook.ids import campaign_id, user_id
from shared.rulebook.progression import group_of, position, status, unplanned_by_removal
from tests.support.stories_reporting import (
    ADVISORS,
    ANNE,
    BRUNO,
    CAMPAIGN,
    CHLOE,
    DAVID,
    EDITS,
    LILLE,
    NETWORK,
    NICE,
    NORTH,
    NOW,
    PATHS,
    SOUTH,
    TODAY,
    UNIT_OF,
    a_definition,
    a_story,
    facts_of,
    lived,
    units,
    users,
)

PLANS = [a_definition(version).plan() for version in range(1, 6)]
OTHER = campaign_id("savings")


def a_reader(level=AccessLevel.ALL, unit=NETWORK, user="reader", **rights):
    return Principal(user_id=user_id(user), unit_id=unit, unit_path=PATHS[unit], access_level=level, **rights)


READERS = {
    "all": a_reader(),
    "crm": a_reader(AccessLevel.NONE, crm=True),
    "north": a_reader(AccessLevel.SUBTREE, NORTH),
    "south": a_reader(AccessLevel.SUBTREE, SOUTH),
    "lille": a_reader(AccessLevel.UNIT, LILLE),
    "region only": a_reader(AccessLevel.UNIT, NORTH),
    "anne": a_reader(AccessLevel.OWN, LILLE, "anne"),
    "nobody": a_reader(AccessLevel.NONE, LILLE, "anne"),
}


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


async def indicators(readings, reader, today=TODAY, campaign=CAMPAIGN, **scope):
    async with readings.snapshot() as figures:
        return indicators_of(await read_campaigns(figures, Scope(reader, **scope), today, campaign_id=campaign))


def last_states(facts, reader):
    """The state after the last fact of each follow-up that the reader reaches, and its unplanned interactions."""
    states = {}
    for fact in sorted(facts, key=lambda fact: fact.number):
        interactions = states.get(fact.follow_up_id, (None, 0))[1] + (fact.fact.kind is FactKind.INTERACTION_RECORDED)
        states[fact.follow_up_id] = (fact.after, interactions)
    return [
        (state, interactions)
        for state, interactions in states.values()
        if state.closing != "WITHDRAWN" and in_reach(reader, state.advisor_id, PATHS[UNIT_OF[state.advisor_id]])
    ]


def is_success(state):
    return state.conclusion is not None and state.conclusion.kind in ("SALE", "SIGNATURE")


def completed(state):
    return {entry.step_id for entry in state.entries if entry.state is EntryState.COMPLETED}


def converts(state, plan, today):
    """Spec 8.4, said again."""
    if is_success(state) or plan.sales_step in completed(state):
        return True
    if status(state, today) is FollowUpStatus.WAITING:
        return False
    return group_of(plan.sales_step, state, plan, today) == "skipped"


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("version", [1, 3, 5])
async def test_every_figure_is_that_of_the_facts_for_every_reader_and_day(readings, tell, seed, version):
    facts = a_story(seed, PLANS[:version], clients=60)
    plan = PLANS[version - 1]
    await tell([a_definition(version)], facts)

    for today in (date(2026, 10, 5), TODAY, date(2026, 11, 25), date(2027, 1, 1)):
        for name, reader in READERS.items():
            states = last_states(facts, reader)
            if not states and name == "nobody":
                continue
            found = await indicators(readings, reader, today)
            statuses = Counter(status(state, today) for state, _ in states)
            accepted = sum(is_success(state) for state, _ in states)
            assert found.clients == len(states), name
            assert found.counts.accepted == accepted
            assert found.counts.refused == statuses["CONCLUDED"] - accepted
            assert found.counts.closed_without_conclusion == statuses["ARCHIVED"]
            assert found.waiting == statuses["WAITING"]
            assert found.counts.in_progress == statuses["WAITING"] + statuses["OPEN"]
            assert found.contacts == sum(
                len(completed(state)) + interactions + len(unplanned_by_removal(state, plan))
                for state, interactions in states
            )
            assert found.potential == sum(state.initial_potential for state, _ in states)
            assert found.remaining_potential == sum(state.potential for state, _ in states if state.closing is None)
            assert found.collected == sum(state.conclusion.collected for state, _ in states if state.conclusion)
            assert found.conversion_rate.numerator == accepted
            assert found.conversion_rate.denominator == sum(converts(state, plan, today) for state, _ in states)
            assert found.take_up_rate.denominator == len(states)


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5])
async def test_the_five_groups_of_each_step_are_those_of_the_facts(readings, tell, version):
    facts = a_story(version, PLANS[:version], clients=60)
    plan = PLANS[version - 1]
    await tell([a_definition(version)], facts)

    for today in (date(2026, 10, 5), TODAY, date(2027, 1, 1)):
        for reader in (READERS["all"], READERS["north"], READERS["anne"]):
            states = [state for state, _ in last_states(facts, reader)]
            async with readings.snapshot() as figures:
                funnel = await read_steps(figures, Scope(reader), CAMPAIGN, today)
            assert (funnel.version, funnel.sales_step) == (version, EDITS[version - 1][1])
            for index, found in enumerate(funnel.steps):
                step = plan.steps[index].id
                counted = Counter(group_of(step, state, plan, today) for state in states)
                assert found.step.id == step
                for group in ("done", "not_reached", "open", "left", "skipped"):
                    assert getattr(found.counts, group) == counted[group], (step, group, today)
                assert sum(counted.values()) == len(states)
                if index + 1 < len(plan.steps):
                    assert found.pass_through.numerator == sum(passes(state, plan, index, today) for state in states)
                    assert found.pass_through.denominator == counted["done"]
                else:
                    assert found.pass_through.percent is None


def passes(state, plan, index, today):
    """Spec 8.6, said again."""
    step, following = plan.steps[index].id, plan.steps[index + 1].id
    sales = [step.id for step in plan.steps].index(plan.sales_step)
    onward = group_of(following, state, plan, today) in ("open", "done", "skipped")
    return step in completed(state) and (onward or (is_success(state) and index >= sales))


async def test_pace_and_achievement_are_those_of_the_notice(readings, tell):
    from shared.rulebook.follow_up import CompleteStep, Conclude, ConclusionKind  # noqa: PLC0415

    plan = PLANS[0]
    sold = Conclude(ConclusionKind.SALE, date(2026, 10, 20), Decimal(200_000))
    story = lived(plan, CompleteStep(plan.steps[0].id), sold, entry=date(2026, 10, 1))
    definition = a_definition(start_date=date(2026, 10, 1), end_date=date(2026, 11, 30))
    await tell([definition], facts_of(story))

    found = await indicators(readings, READERS["all"], date(2026, 11, 20))

    assert (found.days.elapsed, found.days.total) == (51, 61)
    assert found.pace.percent == "59.80"
    assert found.pace.denominator == Fraction(400_000 * 51, 61)
    assert found.achievement.percent == "50.00"


async def test_the_target_is_whole_for_all_and_the_sum_of_the_shares_read_for_others(readings, tell):
    await tell([a_definition()], a_story(1, PLANS[:1], clients=20))

    targets = {name: (await indicators(readings, READERS[name])).target for name in ("all", "north", "south", "anne")}
    of_lille = await indicators(readings, READERS["all"], unit_id=LILLE)
    of_bruno = await indicators(readings, READERS["all"], advisor_id=BRUNO)

    assert targets == {
        "all": Decimal("400000.00"),
        "north": Decimal("100000.00"),
        "south": Decimal("50.00"),
        "anne": Decimal("100000.00"),
    }
    assert of_lille.target == Decimal("100000.00")
    assert of_bruno.target is None
    assert of_bruno.achievement.percent is None
    assert of_bruno.remaining_to_target is None


async def test_over_all_campaigns_a_campaign_without_target_counts_but_is_compared_with_none(readings, tell):
    await tell([a_definition()], a_story(1, PLANS[:1], clients=20))
    await tell(
        [a_definition(campaign=OTHER, target=None, shares=())], a_story(2, PLANS[:1], clients=30, campaign=OTHER)
    )

    both = await indicators(readings, READERS["all"], campaign=None)
    one = await indicators(readings, READERS["all"])
    other = await indicators(readings, READERS["all"], campaign=OTHER)

    assert both.clients == one.clients + other.clients
    assert both.collected == one.collected + other.collected
    assert (both.target, both.achievement, both.pace) == (one.target, one.achievement, one.pace)
    assert other.pace.percent is None


async def test_archived_and_deleted_campaigns_are_left_out_of_all(readings, tell):
    await tell([a_definition(campaign=OTHER, archived=True)], a_story(2, PLANS[:1], clients=30, campaign=OTHER))
    await tell([a_definition(deleted=True)], a_story(1, PLANS[:1], clients=20))

    all_of_them = await indicators(readings, READERS["all"], campaign=None)
    archived = await indicators(readings, READERS["all"], campaign=OTHER)

    assert all_of_them.clients == 0
    assert archived.clients > 0
    with pytest.raises(NotVisible):
        await indicators(readings, READERS["all"])


async def test_units_add_up_their_subtree_and_advisors_their_own(readings, tell):
    facts = a_story(1, PLANS[:1], clients=60)
    await tell([a_definition()], facts)
    states = [state for state, _ in last_states(facts, READERS["all"])]

    async with readings.snapshot() as figures:
        by_unit, by_advisor, north = [
            {row.branch.id: row for row in await read_breakdown(figures, Scope(reader), TODAY, by=by)}
            for reader, by in (
                (READERS["all"], BrokenDownBy.UNIT),
                (READERS["all"], BrokenDownBy.ADVISOR),
                (READERS["north"], BrokenDownBy.UNIT),
            )
        ]

    for unit in (NETWORK, NORTH, SOUTH, LILLE, NICE):
        mine = [state for state in states if unit in PATHS[UNIT_OF[state.advisor_id]]]
        assert by_unit[unit].branch.totals.clients == len(mine)
        assert by_unit[unit].branch.totals.potential == sum(state.initial_potential for state in mine)
    for advisor in ADVISORS:
        mine = [state for state in states if state.advisor_id == advisor]
        assert by_advisor[advisor].branch.totals.clients == len(mine)
    assert by_unit[NETWORK].branch.share == Decimal("100050.00")
    assert by_advisor[CHLOE].branch.share == Decimal("50.00")
    assert {unit: row.branch.leaf for unit, row in by_unit.items()} == {
        NETWORK: False,
        NORTH: False,
        SOUTH: False,
        LILLE: True,
        NICE: True,
    }
    assert north.keys() == {NORTH, LILLE}
    assert north[NORTH].branch == by_unit[NORTH].branch


async def test_an_advisor_who_changes_unit_takes_the_figures_along(readings, tell, database):
    await tell([a_definition()], a_story(1, PLANS[:1], clients=60))
    before = await indicators(readings, READERS["south"])
    moved = next(user for user in users() if user.user_id == ANNE)
    to_nice = moved.model_copy(update={"unit_id": NICE, "unit_path": PATHS[NICE], "revision": 2})

    await PostgresReplicas(database).keep(users=[to_nice, moved])

    assert (await indicators(readings, READERS["south"])).clients > before.clients
    assert (await indicators(readings, READERS["south"])).target == Decimal("100050.00")


@pytest.mark.parametrize("level", list(AccessLevel))
@pytest.mark.parametrize("unit", [NETWORK, NORTH, LILLE, NICE])
@pytest.mark.parametrize("user", ["anne", "reader"])
async def test_reach_in_sql_is_reach_in_the_rulebook(readings, database, level, unit, user):
    reader = a_reader(level, unit, user)

    async with database.reading() as connection:
        reached = select(advisors.c.user_id).where(within(Scope(reader), advisors.c.user_id))
        found = set((await connection.execute(reached)).scalars())

    assert found == {advisor for advisor in ADVISORS if in_reach(reader, advisor, PATHS[UNIT_OF[advisor]])}


@pytest.mark.parametrize("scope", [{"unit_id": SOUTH}, {"unit_id": NETWORK}, {"advisor_id": CHLOE}])
async def test_a_unit_or_advisor_outside_the_reach_does_not_exist(readings, tell, scope):
    await tell([a_definition()], a_story(1, PLANS[:1], clients=20))

    with pytest.raises(NotVisible):
        await indicators(readings, READERS["north"], **scope)


@pytest.mark.parametrize("scope", [{"unit_id": NORTH}, {"unit_id": LILLE}, {"advisor_id": DAVID}])
async def test_a_unit_or_advisor_within_the_reach_narrows_the_figures(readings, tell, scope):
    facts = a_story(1, PLANS[:1], clients=40)
    await tell([a_definition()], facts)

    found = await indicators(readings, READERS["north"], **scope)

    place = scope.get("unit_id")
    assert found.clients == sum(
        scope.get("advisor_id") == state.advisor_id or place in PATHS[UNIT_OF[state.advisor_id]]
        for state, _ in last_states(facts, READERS["north"])
    )


async def test_a_campaign_is_seen_by_its_creator_and_by_whom_its_clients_or_shares_reach(readings, tell):
    only_chloe = a_story(1, PLANS[:1], clients=1)
    await tell([a_definition(shares=())], [fact for fact in only_chloe if fact.number == 1])
    advisor = only_chloe[0].after.advisor_id
    creator = a_reader(AccessLevel.OWN, NICE, "olga")

    seen = {name: len(await _campaigns(readings, reader)) for name, reader in {**READERS, "creator": creator}.items()}

    covered = {name: in_reach(reader, advisor, PATHS[UNIT_OF[advisor]]) for name, reader in READERS.items()}
    assert seen == {**{name: int(is_covered) for name, is_covered in covered.items()}, "creator": 1}


async def _campaigns(readings, reader):
    async with readings.snapshot() as figures:
        return await read_campaigns(figures, Scope(reader), TODAY)


async def test_a_follow_up_keeps_its_position_in_the_row(readings, tell, database):
    from services.reporting.tables import follow_ups  # noqa: PLC0415

    facts = a_story(3, PLANS[:1], clients=20)
    await tell([a_definition()], facts)

    async with database.reading() as connection:
        rows = (await connection.execute(select(follow_ups))).all()

    last = {fact.follow_up_id: fact.after for fact in sorted(facts, key=lambda fact: fact.number)}
    assert {row.follow_up_id: row.position for row in rows} == {
        follow_up: position(state, PLANS[0]) for follow_up, state in last.items()
    }
