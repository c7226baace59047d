"""Facts and definitions, in any order, doubled and with gaps, end in the same counters; on PostgreSQL and in memory."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.ports.standing import Amounts, Shape
from services.reporting.use_cases import regroup
from services.reporting.use_cases.contribution import ALWAYS_OPEN
from services.reporting.use_cases.standing import contribution_of
from shared.contracts.campaign import CampaignDefined
from shared.contracts.followup import FactRecorded
from shared.rulebook.commands import (
    CompleteStep,
    Conclude,
    Reassign,
    RecordInteraction,
    TargetAgain,
    UndoCompletion,
    WithdrawClient,
)
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.steps import StepKind
from tests.support.fakes_reporting import fake_world
from tests.support.stories_reporting import (
    ANNE,
    CALL,
    CHLOE,
    MEETING,
    PAPERS,
    REVIEW,
    SECOND,
    a_definition,
    a_story,
    disturbed,
    facts_of,
    lived,
)

PLAN = a_definition().plan()
PLANS = [a_definition(version).plan() for version in range(1, 6)]
ENTRY = date(2026, 10, 1)
SOLD = (CompleteStep(CALL), CompleteStep(MEETING), Conclude(ConclusionKind.SALE, date(2026, 10, 20), Decimal("250.50")))


async def test_an_open_follow_up_counts_under_its_advisor_and_entry_date(world):
    await world.hear(a_definition(), *facts_of(lived(PLAN, CompleteStep(CALL), RecordInteraction(StepKind.TASK))))

    assert await world.read_model() == {
        (ANNE, ENTRY): Amounts(
            clients=1,
            in_progress=1,
            contacts=2,
            potential=Decimal("1000.00"),
            remaining_potential=Decimal("1000.00"),
        ),
        (ANNE, ENTRY, CALL, "done", "done"): (1, 1, 0),
        (ANNE, ENTRY, SECOND, "open", "not_reached"): (1, 0, 0),
        (ANNE, ENTRY, MEETING, "not_reached", "not_reached"): (1, 0, 0),
        (ANNE, ENTRY, PAPERS, "not_reached", "not_reached"): (1, 0, 0),
    }


async def test_a_success_counts_its_amount_and_leaves_no_remaining_potential(world):
    await world.hear(a_definition(), *facts_of(lived(PLAN, *SOLD)))

    assert (await world.read_model())[ANNE, ALWAYS_OPEN] == Amounts(
        clients=1,
        accepted=1,
        contacts=2,
        converting=1,
        converting_while_waiting=1,
        potential=Decimal("1000.00"),
        collected=Decimal("250.50"),
    )


async def test_an_undone_completion_is_no_contact_any_more(world):
    await world.hear(a_definition(), *facts_of(lived(PLAN, CompleteStep(CALL), UndoCompletion(CALL))))

    assert (await world.read_model())[ANNE, ENTRY].contacts == 0


async def test_a_follow_up_takes_its_figures_to_the_new_advisor(world):
    await world.hear(a_definition(), *facts_of(lived(PLAN, CompleteStep(CALL), Reassign(CHLOE))))

    assert {key[0] for key in await world.read_model()} == {CHLOE}


async def test_a_withdrawn_client_is_in_no_figure(world):
    await world.hear(a_definition(), *facts_of(lived(PLAN, CompleteStep(CALL), WithdrawClient())))

    assert await world.read_model() == {}


async def test_a_client_targeted_again_is_back_with_what_was_done(world):
    again = TargetAgain(date(2026, 11, 25), Decimal(7), CHLOE)
    await world.hear(a_definition(), *facts_of(lived(PLAN, CompleteStep(CALL), WithdrawClient(), again)))

    model = await world.read_model()
    assert model[CHLOE, date(2026, 11, 25)].contacts == 1
    assert model[CHLOE, date(2026, 11, 25), CALL, "done", "done"] == (1, 1, 0)


async def test_the_same_fact_twice_changes_nothing(world):
    facts = facts_of(lived(PLAN, *SOLD))
    await world.hear(a_definition(), *facts)
    once = await world.read_model()

    await world.hear(*facts)
    assert await world.hear_facts(facts + facts) == 0

    assert await world.read_model() == once


async def test_facts_wait_for_their_campaign_and_are_counted_when_it_is_defined(world):
    await world.hear(*facts_of(lived(PLAN, *SOLD)))
    assert await world.read_model() == {}

    await world.hear(a_definition())
    await world.regroup()

    assert (await world.read_model())[ANNE, ALWAYS_OPEN].collected == Decimal("250.50")


async def test_facts_above_a_gap_are_counted_once_each_when_the_gap_fills(world):
    first, *middle, last = facts_of(lived(PLAN, CompleteStep(CALL), RecordInteraction(StepKind.TASK), *SOLD[1:]))
    await world.hear(a_definition(), last, first)
    assert (await world.read_model())[ANNE, ALWAYS_OPEN].contacts == 2

    await world.hear(*reversed(middle))

    assert (await world.read_model())[ANNE, ALWAYS_OPEN].contacts == 3


async def test_a_new_definition_regroups_and_readers_keep_the_old_groups_until_it_has(world):
    await world.hear(a_definition(), *facts_of(lived(PLAN, CompleteStep(CALL))))
    before = await world.read_model()

    await world.hear(a_definition(2))
    assert await world.read_model() == before
    await world.regroup()

    assert {key[2:4] for key in await world.read_model() if len(key) > 2} == {
        (CALL, "done"),
        (REVIEW, "open"),
        (MEETING, "not_reached"),
        (PAPERS, "not_reached"),
    }


async def test_facts_that_come_while_a_campaign_is_regrouped_count_in_both_groupings(world):
    one, two = (facts_of(lived(PLAN, CompleteStep(CALL), *SOLD[1:]), client=name) for name in ("one", "two"))
    await world.hear(a_definition(), *one[:2], *two[:2], a_definition(2))
    await world.hear(*one[2:])
    assert (await world.read_model())[ANNE, ALWAYS_OPEN].clients == 1

    await world.regroup(chunk=1)
    await world.hear(*two[2:], *facts_of(lived(PLAN), client="three"))

    model = await world.read_model()
    assert model[ANNE, ALWAYS_OPEN].clients == 2
    assert model[ANNE, ENTRY].clients == 1
    assert model[ANNE, ENTRY, CALL, "open", "not_reached"] == (1, 0, 0)


async def test_a_regrouping_asks_the_rules_once_for_all_that_stand_alike(real, monkeypatch):
    await real.hear(a_definition())
    await real.hear_facts([fact for n in range(9) for fact in facts_of(lived(PLAN, CompleteStep(CALL)), client=f"{n}")])
    await real.hear_facts([fact for n in range(9, 12) for fact in facts_of(lived(PLAN), client=f"{n}")])
    asked: list[Shape] = []
    monkeypatch.setattr(regroup, "contribution_of", lambda shape, by: asked.append(shape) or contribution_of(shape, by))

    await real.hear(a_definition(2))
    await real.regroup(chunk=5)

    assert [shape.entries for shape in sorted(asked, key=lambda shape: shape.entries)] == [
        (),
        ((CALL, "COMPLETED", 1),),
    ]
    assert (await real.read_model())[ANNE, ENTRY].clients == 12


async def test_an_older_definition_that_comes_late_changes_nothing(world):
    await world.hear(a_definition(2), *facts_of(lived(PLAN, *SOLD)))
    before = await world.read_model()

    await world.hear(a_definition(1))
    await world.regroup()

    assert await world.read_model() == before


async def test_dates_texts_and_shares_regroup_nothing(world):
    await world.hear(a_definition(), *facts_of(lived(PLAN)))

    await world.hear(a_definition(6, name="Épargne", archived=True))  # version 6 has the steps of version 1
    await world.regroup()

    assert world.regrouped == []


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_with_doubles_and_gaps_ends_in_the_same_read_model(world, seed):
    await _ends_the_same(world, seed)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 100_000))
async def test_any_order_at_all_ends_in_the_same_read_model(seed):
    await _ends_the_same(fake_world(), seed)


async def _ends_the_same(world, seed):
    facts = a_story(seed, PLANS, clients=12)
    definitions = [a_definition(version) for version in range(1, 6)]
    await world.hear(*definitions)
    await world.hear_facts(facts)
    await world.regroup()
    expected = await world.read_model()
    await world.empty()

    for place, batch in enumerate(disturbed(seed, [*facts, *definitions])):
        await world.hear_facts([event for event in batch if isinstance(event, FactRecorded)])
        await world.hear(*(event for event in batch if isinstance(event, CampaignDefined)))
        if (seed + place) % 2:
            await world.regroup(chunk=1 + seed % 7)
    await world.regroup()

    assert await world.read_model() == expected
