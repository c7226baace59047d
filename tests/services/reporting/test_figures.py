"""Each figure against a slow computation over the facts, written apart from the counters, for every reach."""

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select

from services.reporting.ports.reading import Scope
from services.reporting.tables import follow_ups
from services.reporting.use_cases.breakdown import BrokenDownBy, read_breakdown
from services.reporting.use_cases.steps import read_steps
from shared.rulebook.commands import CompleteStep, Conclude
from shared.rulebook.errors import NotVisible
from shared.rulebook.follow_up import ConclusionKind, EntryState, FollowUpStatus
from shared.rulebook.ids import campaign_id
from shared.rulebook.progression import group_of, position, status, unplanned_by_removal
from tests.support.stories_reporting import (
    ADVISORS,
    CAMPAIGN,
    CHLOE,
    EDITS,
    LILLE,
    NETWORK,
    NICE,
    NORTH,
    PATHS,
    READERS,
    SOUTH,
    TODAY,
    UNIT_OF,
    a_definition,
    a_story,
    facts_of,
    last_states,
    lived,
)

PLANS = [a_definition(version).plan() for version in range(1, 6)]
OTHER = campaign_id("savings")


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
async def test_every_figure_is_that_of_the_facts_for_every_reader_and_day(indicators, tell, seed, version):
    facts = a_story(seed, PLANS[:version], clients=60)
    plan = PLANS[version - 1]
    await tell([a_definition(version)], facts)

    for today in (date(2026, 10, 5), TODAY, date(2026, 11, 25), date(2027, 1, 1)):
        for name, reader in READERS.items():
            states = last_states(facts, reader)
            if not states and name == "nobody":
                continue
            found = await indicators(reader, today)
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


async def test_pace_and_achievement_are_those_of_the_notice(indicators, tell):
    plan = PLANS[0]
    sold = Conclude(ConclusionKind.SALE, date(2026, 10, 20), Decimal(200_000))
    story = lived(plan, CompleteStep(plan.steps[0].id), sold, entry=date(2026, 10, 1))
    definition = a_definition(start_date=date(2026, 10, 1), end_date=date(2026, 11, 30))
    await tell([definition], facts_of(story))

    found = await indicators(READERS["all"], date(2026, 11, 20))

    assert (found.days.elapsed, found.days.total) == (51, 61)
    assert found.pace.percent == "59.80"
    assert found.pace.denominator == Fraction(400_000 * 51, 61)
    assert found.achievement.percent == "50.00"


async def test_over_all_campaigns_a_campaign_without_target_counts_but_is_compared_with_none(indicators, tell):
    await tell([a_definition()], a_story(1, PLANS[:1], clients=20))
    await tell(
        [a_definition(campaign=OTHER, target=None, shares=())], a_story(2, PLANS[:1], clients=30, campaign=OTHER)
    )

    both = await indicators(READERS["all"], campaign=None)
    one = await indicators(READERS["all"])
    other = await indicators(READERS["all"], campaign=OTHER)

    assert both.clients == one.clients + other.clients
    assert both.collected == one.collected + other.collected
    assert (both.target, both.achievement, both.pace) == (one.target, one.achievement, one.pace)
    assert other.pace.percent is None


async def test_archived_and_deleted_campaigns_are_left_out_of_all(indicators, tell):
    await tell([a_definition(campaign=OTHER, archived=True)], a_story(2, PLANS[:1], clients=30, campaign=OTHER))
    await tell([a_definition(deleted=True)], a_story(1, PLANS[:1], clients=20))

    all_of_them = await indicators(READERS["all"], campaign=None)
    archived = await indicators(READERS["all"], campaign=OTHER)

    assert all_of_them.clients == 0
    assert archived.clients > 0
    with pytest.raises(NotVisible):
        await indicators(READERS["all"])


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


async def test_a_follow_up_keeps_its_position_in_the_row(readings, tell, database):
    facts = a_story(3, PLANS[:1], clients=20)
    await tell([a_definition()], facts)

    async with database.reading() as connection:
        rows = (await connection.execute(select(follow_ups))).all()

    last = {fact.follow_up_id: fact.after for fact in sorted(facts, key=lambda fact: fact.number)}
    assert {row.follow_up_id: row.position for row in rows} == {
        follow_up: position(state, PLANS[0]) for follow_up, state in last.items()
    }
