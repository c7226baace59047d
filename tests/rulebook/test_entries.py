from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared.rulebook.commands import BeginStep, CancelEntry, CompleteStep, RecordInteraction, UndoCompletion
from shared.rulebook.decisions import decide
from shared.rulebook.errors import Refused
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import Closing, EntryState, StepEntry
from shared.rulebook.history import apply
from shared.rulebook.progression import position
from shared.rulebook.steps import StepKind
from tests.rulebook.builders import (
    START,
    TODAY,
    a_follow_up,
    a_plan,
    a_step,
    after,
    concluded,
    happening,
    mandatory_items,
)

FOUR = a_plan("call!", "mail", "meeting!", "signing!", version=3)
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)


def refusal(follow_up, command, circumstances=None, plan=FOUR):
    with pytest.raises(Refused) as broken:
        decide(follow_up, command, plan, circumstances or happening())
    return broken.value.code, broken.value.data


def test_entering_a_step_begins_it_on_the_day_it_happened():
    fact = decide(a_follow_up(), BeginStep("call"), FOUR, happening(on=YESTERDAY))

    assert fact == Fact(FactKind.STEP_BEGUN, YESTERDAY, version=3, step_id="call", interaction=StepKind.TASK)


def test_a_step_may_be_completed_without_having_been_begun():
    done = after(a_follow_up(), CompleteStep("call"), FOUR, happening(on=YESTERDAY))

    assert done.number == 2
    assert done.entries == (StepEntry("call", EntryState.COMPLETED, 3, 3, completed_on=YESTERDAY),)


def test_a_completion_remembers_the_first_version_under_which_the_step_was_begun():
    done = after(a_follow_up(begun=["call"], version=1), CompleteStep("call"), FOUR)

    assert done.entries == (StepEntry("call", EntryState.COMPLETED, version=3, first_version=1, completed_on=TODAY),)


@pytest.mark.parametrize("command", [BeginStep("signing"), CompleteStep("signing")])
def test_a_mandatory_step_is_never_skipped(command):
    assert refusal(a_follow_up(completed=["call"]), command) == (
        "mandatory_step_missing",
        {"step": "signing", "missing": ["meeting"]},
    )


def test_an_optional_step_left_out_may_still_be_done_later():
    done = after(a_follow_up(completed=["call", "meeting"]), CompleteStep("mail"), FOUR)

    assert position(done, FOUR) == "signing"


@pytest.mark.parametrize("command", [BeginStep("call"), CompleteStep("call")])
def test_a_completed_step_is_not_done_again(command):
    assert refusal(a_follow_up(completed=["call"]), command) == ("already_completed", {"step": "call"})


def test_a_begun_step_is_not_begun_again():
    assert refusal(a_follow_up(begun=["call"]), BeginStep("call")) == ("already_begun", {"step": "call"})


def test_a_begun_step_that_an_edit_blocked_is_not_completed():
    follow_up = a_follow_up(begun=["mail"], completed=["call"])
    plan = a_plan("call!", "check!", "mail", version=4)

    assert refusal(follow_up, CompleteStep("mail"), plan=plan) == (
        "mandatory_step_missing",
        {"step": "mail", "missing": ["check"]},
    )


@pytest.mark.parametrize(
    "command", [BeginStep("gone"), CompleteStep("gone"), UndoCompletion("gone"), CancelEntry("gone")]
)
def test_a_step_that_is_not_planned_is_unknown_or_was_removed(command):
    assert refusal(a_follow_up(), command) == ("step_unknown", {"step": "gone"})
    assert refusal(a_follow_up(begun=["gone"]), command) == ("step_removed", {"step": "gone"})


def test_a_task_is_not_completed_while_a_mandatory_item_is_unticked():
    plan = a_plan(a_step("call!", checklist=mandatory_items("id", "form")), "signing")
    ticked = CompleteStep("call", frozenset({"id", "form"}))

    assert refusal(a_follow_up(), CompleteStep("call", frozenset({"form"})), plan=plan) == (
        "checklist_incomplete",
        {"step": "call", "missing": ["id"]},
    )
    assert decide(a_follow_up(), ticked, plan, happening()).kind is FactKind.STEP_COMPLETED


STEPPING = [
    BeginStep("call"),
    CompleteStep("call"),
    UndoCompletion("call"),
    CancelEntry("call"),
    RecordInteraction(StepKind.APPOINTMENT),
]


@pytest.mark.parametrize("command", STEPPING)
def test_nothing_is_recorded_while_waiting(command):
    waiting = a_follow_up(entry_date=TOMORROW)

    assert refusal(waiting, command) == ("waiting", {"entry_date": "2026-03-21"})


@pytest.mark.parametrize("command", [BeginStep("call"), CompleteStep("call"), RecordInteraction(StepKind.TASK)])
def test_nothing_may_have_happened_before_the_entry_date(command):
    day_before = happening(on=date(2026, 2, 28))

    assert refusal(a_follow_up(), command, day_before) == ("before_entry_date", {"entry_date": "2026-03-01"})
    assert decide(a_follow_up(), command, FOUR, happening(on=START)).on == START


@pytest.mark.parametrize("command", STEPPING)
@pytest.mark.parametrize("closing", [Closing.WITHDRAWN, Closing.ARCHIVED])
def test_nothing_is_recorded_once_withdrawn_or_archived(command, closing):
    assert refusal(a_follow_up(closing=closing), command) == ("closed", {"closing": closing.value})


@pytest.mark.parametrize("command", [BeginStep("mail"), UndoCompletion("call"), CancelEntry("mail")])
def test_only_completions_and_interactions_arrive_after_the_conclusion(command):
    closed = concluded(a_follow_up(completed=["call"], begun=["mail"]), at="mail")

    assert refusal(closed, command) == ("closed", {"closing": "CONCLUDED"})


def test_undoing_a_completion_leaves_later_ones_and_moves_the_position_back():
    follow_up = a_follow_up(completed=["call", "meeting"])

    undone = after(follow_up, UndoCompletion("call"), FOUR)

    assert undone.entries == (
        StepEntry("call", EntryState.IDLE, version=3, first_version=1),
        StepEntry("meeting", EntryState.COMPLETED, version=1, first_version=1, completed_on=TODAY),
    )
    assert position(undone, FOUR) == "call"


def test_a_step_whose_completion_was_undone_may_be_completed_again():
    undone = after(a_follow_up(completed=["call"]), UndoCompletion("call"), FOUR)

    assert after(undone, CompleteStep("call"), FOUR).entries[0].state is EntryState.COMPLETED


def test_only_a_completed_step_is_undone():
    assert refusal(a_follow_up(begun=["call"]), UndoCompletion("call")) == ("not_completed", {"step": "call"})


def test_a_cancelled_entry_is_as_if_not_begun():
    cancelled = after(a_follow_up(begun=["call"]), CancelEntry("call"), FOUR)

    assert cancelled.entries == (StepEntry("call", EntryState.IDLE, version=3, first_version=1),)
    assert after(cancelled, BeginStep("call"), FOUR).entries[0].state is EntryState.BEGUN


def test_only_a_begun_entry_is_cancelled():
    assert refusal(a_follow_up(completed=["call"]), CancelEntry("call")) == ("not_begun", {"step": "call"})


def test_an_unplanned_interaction_never_changes_the_position():
    follow_up = a_follow_up(completed=["call"])

    talked = after(follow_up, RecordInteraction(StepKind.APPOINTMENT), FOUR)

    assert talked == replace(follow_up, number=2)
    assert position(talked, FOUR) == "mail"


def test_an_interaction_keeps_its_kind_and_day():
    fact = decide(a_follow_up(), RecordInteraction(StepKind.REMINDER), FOUR, happening(on=YESTERDAY))

    assert fact == Fact(FactKind.INTERACTION_RECORDED, YESTERDAY, version=3, interaction=StepKind.REMINDER)


def test_a_completion_that_happened_by_the_conclusion_is_recorded_late():
    closed = concluded(a_follow_up(completed=["call"]), at="mail", on=YESTERDAY)

    fact = decide(closed, CompleteStep("meeting"), FOUR, happening(on=YESTERDAY))

    assert (fact.kind, fact.on, fact.version, fact.step_id) == (FactKind.STEP_COMPLETED, YESTERDAY, 3, "meeting")
    assert (fact.position, fact.late) == ("signing", True)


def test_whatever_arrives_first_the_follow_up_ends_the_same():
    in_order = after(a_follow_up(completed=["call"]), CompleteStep("meeting"), FOUR, happening(on=YESTERDAY))
    sale = concluded(in_order, at="signing", missing=["signing"])
    early_sale = concluded(a_follow_up(completed=["call"]), at="mail", missing=["meeting", "signing"])

    late = after(early_sale, CompleteStep("meeting"), FOUR, happening(on=YESTERDAY))

    assert late == sale
    assert late.conclusion.collected == Decimal("500.00")


def test_an_interaction_that_happened_by_the_conclusion_is_recorded_late():
    closed = concluded(a_follow_up(), at="call")

    assert decide(closed, RecordInteraction(StepKind.TASK), FOUR, happening()).late


@pytest.mark.parametrize("command", [CompleteStep("call"), RecordInteraction(StepKind.TASK)])
def test_what_happened_after_the_conclusion_is_refused(command):
    closed = concluded(a_follow_up(), at="call", on=YESTERDAY)

    assert refusal(closed, command) == ("happened_after_conclusion", {"concluded_on": "2026-03-19"})


def test_a_late_completion_obeys_the_order_too():
    closed = concluded(a_follow_up(), at="call")

    assert refusal(closed, CompleteStep("meeting"))[0] == "mandatory_step_missing"


def test_a_late_completion_replayed_on_a_reopened_follow_up_leaves_it_open():
    late = Fact(FactKind.STEP_COMPLETED, TODAY, version=3, step_id="call", position="mail", late=True)

    assert apply(a_follow_up(), late).closed_position is None
