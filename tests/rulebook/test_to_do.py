"""What waits for somebody: the step offered last, and the conclusion (docs/domain.md, What there is to do)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rulebook.follow_up import Closing, EntryState, StepEntry
from shared.rulebook.progression import conclusion_offered, enterable_steps
from shared.rulebook.to_do import Since, ToDo, to_do
from tests.rulebook.builders import START, TODAY, a_follow_up, a_plan, a_step, concluded

PLAN = a_plan(
    a_step("call!", offers_next=True),
    a_step("mail", offers_next=True),
    "meeting!",
    a_step("signing", offers_next=True),
    "thanks",
    sales="meeting",
)
YESTERDAY = TODAY - timedelta(days=1)


def completed(**days):
    """A follow-up whose steps were completed on these days."""
    return a_follow_up(entries=tuple(StepEntry(step, EntryState.COMPLETED, 1, 1, day) for step, day in days.items()))


def test_the_step_after_the_last_completion_is_offered_since_that_day():
    assert to_do(completed(call=YESTERDAY), PLAN) == ToDo(offered=Since("mail", YESTERDAY))


@pytest.mark.parametrize(
    "follow_up",
    [
        a_follow_up(),
        a_follow_up(completed=["call"], begun=["mail"]),
        a_follow_up(begun=["call"]),
        a_follow_up(completed=["call"], closing=Closing.WITHDRAWN),
        concluded(a_follow_up(completed=["call", "meeting"]), at="signing"),
    ],
)
def test_nothing_is_offered_before_a_completion_once_the_step_is_begun_and_once_closed(follow_up):
    assert to_do(follow_up, PLAN) == ToDo()


def test_an_offer_that_was_begun_and_cancelled_stands_again():
    assert to_do(a_follow_up(completed=["call"], idle=["mail"]), PLAN).offered == Since("mail", TODAY)


def test_the_last_completion_is_the_latest_by_its_day_and_the_furthest_of_one_day():
    assert to_do(completed(call=TODAY, mail=YESTERDAY), PLAN).offered == Since("meeting", TODAY)
    assert to_do(completed(mail=TODAY, call=TODAY, meeting=TODAY), PLAN).offered is None


def test_a_last_completion_that_offers_nothing_takes_the_earlier_offer_away():
    plan = a_plan(a_step("call", offers_next=True), "mail", "note", sales="mail")

    assert to_do(completed(call=YESTERDAY, note=TODAY), plan).offered is None


def test_a_conclusion_is_waited_for_since_the_sales_step_or_the_last_one_was_completed_first():
    assert to_do(completed(call=YESTERDAY, meeting=TODAY), PLAN).conclusion == Since("meeting", TODAY)
    both = completed(call=START, thanks=YESTERDAY, meeting=TODAY)
    assert to_do(both, PLAN).conclusion == Since("thanks", YESTERDAY)


def test_both_may_wait_at_once():
    plan = a_plan("call!", a_step("meeting!", offers_next=True), "thanks", sales="meeting")

    found = to_do(completed(call=YESTERDAY, meeting=TODAY), plan)

    assert found == ToDo(offered=Since("thanks", TODAY), conclusion=Since("meeting", TODAY))


def test_a_step_that_the_plan_no_longer_has_offers_nothing():
    assert to_do(completed(gone=TODAY), PLAN) == ToDo()


@given(
    st.dictionaries(
        st.sampled_from([step.id for step in PLAN.steps]),
        st.tuples(st.sampled_from(EntryState), st.integers(0, 3).map(lambda days: START + timedelta(days=days))),
    ),
    st.sampled_from([None, *Closing]),
)
def test_what_is_offered_may_be_entered_and_was_not_begun_and_conclusions_are_those_offered(entries, closing):
    made = tuple(
        StepEntry(step, state, 1, 1, day if state is EntryState.COMPLETED else None)
        for step, (state, day) in entries.items()
    )
    follow_up = a_follow_up(entries=made, closing=closing)

    found = to_do(follow_up, PLAN)

    assert (found.conclusion is not None) == conclusion_offered(follow_up, PLAN)
    if found.offered is not None:
        assert found.offered.step_id in enterable_steps(follow_up, PLAN)
        assert entries.get(found.offered.step_id, (EntryState.IDLE,))[0] is EntryState.IDLE
