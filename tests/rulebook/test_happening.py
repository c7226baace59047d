"""Facts by date of happening: amended, back-dated, reopened, taken back, missing."""

from datetime import date
from decimal import Decimal

import pytest

from shared.rulebook.commands import (
    AmendConclusion,
    Circumstances,
    CompleteStep,
    Conclude,
    Reassign,
    RecordInteraction,
    TargetAgain,
    UndoCompletion,
    WithdrawClient,
    WithdrawConclusion,
)
from shared.rulebook.decisions import decide
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.happening import NumberedState, as_happened
from shared.rulebook.history import apply, replay, targeted
from shared.rulebook.interaction_commands import ReopenInteraction
from shared.rulebook.progression import position
from shared.rulebook.steps import Plan, Step, StepKind

PLAN = Plan(1, tuple(Step(id=name, kind=StepKind.TASK, mandatory=True) for name in ("call", "meet", "sign")), "sign")
TODAY = 28


def day(number: int) -> date:
    return date(2026, 3, number)


def sale(on: int, collected: int = 100) -> Conclude:
    return Conclude(ConclusionKind.SALE, day(on), Decimal(collected))


def amendment(on: int, collected: int) -> AmendConclusion:
    return AmendConclusion(ConclusionKind.SALE, day(on), Decimal(collected))


def facts(*happened, targeted_on=1):
    """The facts of commands with their day of happening, all recorded on the 28th."""
    fact, state = targeted(
        entry_date=day(1), potential=Decimal(500), advisor_id="anne", plan=PLAN, today=day(targeted_on)
    )
    told = [_numbered(fact, state)]
    for command, on in happened:
        today = day(on) if isinstance(command, Reassign | TargetAgain | WithdrawClient) else day(TODAY)
        fact = decide(state, command, PLAN, Circumstances(today, day(on), "crm"))
        state = apply(state, fact)
        told.append(_numbered(fact, state))
    return told


def _numbered(fact, state):
    return NumberedState(state.number, fact, lambda: state)


def collected_on(told, *days):
    """Euros of the conclusion on each day; None while there is no conclusion."""
    states = [as_happened(told, day(number)).state for number in days]
    return [None if state.conclusion is None else int(state.conclusion.collected) for state in states]


def done_on(told, number):
    return [entry.step_id for entry in as_happened(told, day(number)).state.entries if entry.state == "COMPLETED"]


def test_nothing_had_happened_before_the_first_fact():
    assert as_happened(facts(targeted_on=5), day(4)) is None
    assert as_happened([], day(4)) is None


def test_as_of_today_it_is_the_present_state():
    told = facts((CompleteStep("call"), 9), (sale(8), 8), (amendment(7, 50), 20), (CompleteStep("meet"), 3))

    assert as_happened(told, day(TODAY)).state == told[-1].after() == replay(one.fact for one in told)


def test_an_amended_amount_shows_at_the_original_date():
    told = facts((sale(10), 10), (amendment(10, 250), 20))

    assert collected_on(told, 9, 10, 19, 20) == [None, 250, 250, 250]


@pytest.mark.parametrize(("on", "expected"), [(12, [None, None, 250]), (4, [250, 250, 250])])
def test_a_conclusion_whose_date_is_amended_happened_on_that_date(on, expected):
    told = facts((sale(10), 10), (amendment(on, 250), 20))

    assert collected_on(told, 4, 10, 12) == expected


def test_of_two_amendments_the_last_one_counts():
    told = facts((sale(10), 10), (amendment(18, 1), 20), (amendment(12, 2), 21))

    assert collected_on(told, 10, 12, 18) == [None, 2, 2]


def test_a_conclusion_taken_back_and_said_again_replaces_the_first_one():
    told = facts((sale(10, 100), 10), (WithdrawConclusion(), 20), (sale(10, 70), 20))

    assert collected_on(told, 9, 10, 20) == [None, 70, 70]


def test_a_conclusion_taken_back_stood_until_then():
    told = facts((sale(10), 10), (WithdrawConclusion(), 20))

    assert collected_on(told, 10, 19, 20) == [100, 100, None]


def test_a_client_counts_as_targeted_once_a_step_had_happened():
    told = facts((CompleteStep("call"), 5), targeted_on=20)

    assert as_happened(told, day(4)) is None
    assert done_on(told, 5) == ["call"]


def test_a_client_targeted_again_is_back_once_something_had_happened():
    told = facts((WithdrawClient(), 10), (TargetAgain(day(1), Decimal(7), "bruno"), 20), (CompleteStep("call"), 15))

    assert [as_happened(told, day(number)).state.closing for number in (9, 10, 14, 15)] == [
        None,
        "WITHDRAWN",
        "WITHDRAWN",
        None,
    ]


def test_what_was_undone_and_done_again_earlier_is_done_as_of_today():
    told = facts((CompleteStep("call"), 15), (UndoCompletion("call"), 16), (CompleteStep("call"), 10))

    assert [done_on(told, number) for number in (9, 10, 16)] == [[], ["call"], ["call"]]


def test_an_undoing_dated_before_the_completion_takes_nothing_back():
    told = facts((CompleteStep("call"), 15), (UndoCompletion("call"), 12))

    assert as_happened(told, day(12)).state.entries == ()
    assert done_on(told, 15) == []


def test_an_interaction_reopened_before_it_was_done_is_not_counted_below_nothing():
    told = facts((RecordInteraction(StepKind.TASK), 15), (ReopenInteraction(2, StepKind.TASK), 12))

    assert [as_happened(told, day(number)).interactions for number in (12, 15)] == [0, 0]


def test_moves_are_seen_from_their_day_on():
    told = facts((Reassign("chloe"), 10), (sale(8), 8))

    assert [as_happened(told, day(number)).state.advisor_id for number in (8, 9, 10)] == ["anne", "anne", "chloe"]


def test_a_closed_follow_up_stands_where_it_was_closed_once_the_steps_below_had_happened():
    told = facts((CompleteStep("call"), 15), (sale(10), 10))

    assert position(as_happened(told, day(10)).state, PLAN) == "call"
    assert position(as_happened(told, day(15)).state, PLAN) == "meet"


def test_below_a_missing_fact_the_state_above_it_is_taken():
    first, call, meet, sold = facts((CompleteStep("call"), 5), (CompleteStep("meet"), 6), (sale(7), 7))

    assert as_happened([first, meet], day(6)).state == meet.after()
    assert as_happened([sold, meet], day(5)) is None
    assert collected_on([meet, sold], 6, 7) == [None, 100]
    assert as_happened([first, sold, call], day(7)).state == sold.after()


def test_an_amendment_whose_conclusion_is_missing_is_taken_as_it_stands():
    first, _, changed = facts((sale(10), 10), (amendment(12, 250), 20))

    assert collected_on([first, changed], 11, 12) == [None, 250]
