from dataclasses import replace
from datetime import timedelta

import pytest

from shared.rulebook.commands import BeginStep, CancelEntry, CompleteStep, RecordInteraction, UndoCompletion
from shared.rulebook.decisions import decide
from shared.rulebook.errors import Invalid, Refused
from shared.rulebook.facts import FactKind
from shared.rulebook.follow_up import Closing, EntryState
from shared.rulebook.interaction_commands import (
    AmendInteraction,
    CancelInteraction,
    CompleteInteraction,
    PendingInteraction,
    PlanInteraction,
    ReopenInteraction,
)
from shared.rulebook.interaction_words import InteractionState, Progress, check_details, status_word
from shared.rulebook.progression import position
from shared.rulebook.steps import ChecklistItem, StepKind
from tests.rulebook.builders import TODAY, a_follow_up, a_plan, a_step, after, concluded, happening, mandatory_items

YESTERDAY = TODAY - timedelta(days=1)
ITEMS = (*mandatory_items("id", "form"), ChecklistItem("leaflet", mandatory=False))
PLAN = a_plan(a_step("call!", checklist=ITEMS), a_step("letter", checklist=mandatory_items("stamp")), "meeting!")
MEETING = PlanInteraction(StepKind.APPOINTMENT)


def refusal(follow_up, command, circumstances=None, plan=PLAN):
    with pytest.raises(Refused) as broken:
        decide(follow_up, command, plan, circumstances or happening())
    return broken.value.code, broken.value.data


def ticking(*items: str) -> AmendInteraction:
    return AmendInteraction("call", ticked=frozenset(items))


def unticking(*items: str) -> AmendInteraction:
    return AmendInteraction("call", unticked=frozenset(items))


def test_items_are_ticked_one_by_one_and_count_when_the_task_is_completed():
    begun = after(a_follow_up(), BeginStep("call"), PLAN)
    one = after(begun, ticking("id"), PLAN)

    assert refusal(one, CompleteStep("call")) == ("checklist_incomplete", {"step": "call", "missing": ["form"]})
    done = after(after(one, ticking("form"), PLAN), CompleteStep("call"), PLAN)
    assert done.entries[0].ticked == ("form", "id")


def test_an_item_ticked_in_error_is_unticked_and_missing_again():
    ticked = after(after(a_follow_up(), BeginStep("call"), PLAN), ticking("id", "form"), PLAN)

    unticked = after(ticked, unticking("id"), PLAN)

    assert unticked.entries[0].ticked == ("form",)
    assert refusal(unticked, CompleteStep("call")) == ("checklist_incomplete", {"step": "call", "missing": ["id"]})


def test_a_fact_says_only_what_was_ticked_anew():
    ticked = after(after(a_follow_up(), BeginStep("call"), PLAN), ticking("id"), PLAN)

    fact = decide(ticked, CompleteStep("call", frozenset({"id", "form"})), PLAN, happening())

    assert fact.ticked == ("form",)


def test_an_item_of_another_step_is_refused_by_name():
    begun = a_follow_up(begun=["call"])
    expected = ("checklist_item_elsewhere", {"step": "call", "items": ["stamp"]})

    assert refusal(begun, ticking("stamp")) == expected
    assert refusal(begun, CompleteStep("call", frozenset({"id", "form", "stamp"}))) == expected


def test_an_item_that_no_step_has_is_refused_when_ticked_and_passed_over_when_completing():
    begun = a_follow_up(begun=["call"])

    assert refusal(begun, ticking("gone")) == ("checklist_item_unknown", {"step": "call", "items": ["gone"]})
    done = after(begun, CompleteStep("call", frozenset({"id", "form", "gone"})), PLAN)
    assert done.entries[0].ticked == ("form", "id")


def test_a_mandatory_item_of_a_completed_task_stays_ticked_until_the_completion_is_undone():
    done = after(a_follow_up(), CompleteStep("call", frozenset({"id", "form", "leaflet"})), PLAN)

    assert refusal(done, unticking("id")) == ("checklist_incomplete", {"step": "call", "missing": ["id"]})
    assert after(done, unticking("leaflet"), PLAN).entries[0].ticked == ("form", "id")
    undone = after(done, UndoCompletion("call"), PLAN)
    assert undone.entries[0].ticked == ("form", "id", "leaflet")


def test_a_cancelled_entry_is_as_if_not_begun_and_nothing_is_ticked():
    ticked = after(after(a_follow_up(), BeginStep("call"), PLAN), ticking("id"), PLAN)

    assert after(ticked, CancelEntry("call"), PLAN).entries[0].ticked == ()


def test_ticking_what_is_ticked_changes_nothing_and_says_so():
    ticked = after(after(a_follow_up(), BeginStep("call"), PLAN), ticking("id"), PLAN)

    assert refusal(ticked, ticking("id"))[0] == "unchanged"
    assert after(ticked, replace(ticking("id"), described=True), PLAN).entries == ticked.entries


@pytest.mark.parametrize("follow_up", [a_follow_up(), a_follow_up(idle=["call"])])
def test_what_was_not_begun_is_not_amended(follow_up):
    assert refusal(follow_up, AmendInteraction("call", described=True)) == ("not_begun", {"step": "call"})


def test_what_is_said_may_be_corrected_after_the_conclusion_but_not_once_the_client_left():
    closed = concluded(a_follow_up(completed=["call"]), at="letter")
    gone = a_follow_up(completed=["call"], closing=Closing.WITHDRAWN)
    amend = AmendInteraction("call", described=True)

    assert decide(closed, amend, PLAN, happening()).kind is FactKind.INTERACTION_AMENDED
    assert refusal(gone, amend) == ("closed", {"closing": "WITHDRAWN"})


def test_an_unplanned_appointment_is_pending_until_it_is_held_and_never_changes_the_position():
    planned = after(a_follow_up(number=4), MEETING, PLAN)
    held = after(planned, CompleteInteraction(number=5), PLAN)

    assert planned.pending == (PendingInteraction(5, StepKind.APPOINTMENT),)
    assert held.pending == ()
    assert position(planned, PLAN) == position(held, PLAN) == "call"


def test_an_appointment_that_was_held_is_pending_again_once_reopened():
    planned = after(a_follow_up(), MEETING, PLAN)
    held = after(planned, CompleteInteraction(number=2), PLAN)

    reopened = after(held, ReopenInteraction(2, StepKind.APPOINTMENT), PLAN)

    assert reopened.pending == planned.pending


@pytest.mark.parametrize("command", [CompleteInteraction(number=2), CancelInteraction(number=2)])
def test_what_is_done_is_not_done_again(command):
    held = after(after(a_follow_up(), MEETING, PLAN), CompleteInteraction(number=2), PLAN)

    assert refusal(held, command) == ("interaction_not_pending", {"interaction": 2})


def test_what_is_pending_is_not_reopened():
    planned = after(a_follow_up(), MEETING, PLAN)

    assert refusal(planned, ReopenInteraction(2, StepKind.APPOINTMENT)) == ("interaction_pending", {"interaction": 2})


def test_one_that_was_cancelled_was_never_done_and_is_not_reopened():
    planned = after(a_follow_up(), MEETING, PLAN)
    cancelled = after(planned, CancelInteraction(number=2), PLAN)
    held = after(planned, CompleteInteraction(number=2), PLAN)
    again = ReopenInteraction(2, StepKind.APPOINTMENT)
    taken_back = after(after(held, again, PLAN), CancelInteraction(number=2), PLAN)

    assert cancelled.cancelled == taken_back.cancelled == (2,)
    assert refusal(cancelled, again) == ("interaction_cancelled", {"interaction": 2})
    assert refusal(taken_back, again) == ("interaction_cancelled", {"interaction": 2})
    assert after(held, again, PLAN).cancelled == ()


@pytest.mark.parametrize("number", [None, 0, 1, 7])
def test_a_number_that_no_interaction_can_have_is_unknown(number):
    for command in (CompleteInteraction(number=number), AmendInteraction(number=number, described=True)):
        assert refusal(a_follow_up(number=6), command) == ("interaction_unknown", {"interaction": number})


def test_not_more_than_fifty_are_pending_at_once():
    full = a_follow_up(number=60, pending=tuple(PendingInteraction(n, StepKind.TASK) for n in range(2, 52)))

    assert refusal(full, MEETING) == ("too_many_pending", {"limit": 50})
    assert refusal(full, ReopenInteraction(55, StepKind.TASK)) == ("too_many_pending", {"limit": 50})
    assert after(full, RecordInteraction(StepKind.TASK), PLAN).number == 61


def test_one_held_by_the_day_of_the_conclusion_is_recorded_late_and_a_later_one_refused():
    planned = after(a_follow_up(), MEETING, PLAN)
    closed = concluded(planned, at="call", on=YESTERDAY)

    assert decide(closed, CompleteInteraction(number=2), PLAN, happening(on=YESTERDAY)).late
    assert refusal(closed, CompleteInteraction(number=2))[0] == "happened_after_conclusion"
    assert refusal(closed, CancelInteraction(number=2)) == ("closed", {"closing": "CONCLUDED"})
    assert refusal(closed, MEETING) == ("closed", {"closing": "CONCLUDED"})


def test_a_begun_entry_whose_step_was_removed_is_completed_as_an_unplanned_interaction():
    begun = a_follow_up(begun=["visit"])

    done = after(begun, CompleteInteraction("visit"), PLAN)

    assert done.entries[0].state is EntryState.COMPLETED
    assert position(done, PLAN) == position(begun, PLAN) == "call"
    assert refusal(done, CancelInteraction("visit")) == ("interaction_not_pending", {"step": "visit"})
    assert after(begun, CancelInteraction("visit"), PLAN).entries[0].state is EntryState.IDLE


def test_an_entry_of_a_planned_step_is_completed_by_its_own_command_only():
    assert refusal(a_follow_up(begun=["call"]), CompleteInteraction("call"))[0] == "interaction_not_pending"


def test_what_is_said_must_go_with_the_kind():
    check_details(StepKind.APPOINTMENT, {"starts_at", "place"})

    with pytest.raises(Invalid) as broken:
        check_details(StepKind.TASK, {"due_on", "place", "channel"})

    assert broken.value.data == {"kind": "TASK", "fields": ["channel", "place"]}


def test_each_kind_says_its_status_in_its_own_words():
    open_, done = InteractionState.OPEN, InteractionState.DONE

    assert [status_word(kind, open_) for kind in StepKind] == ["TO_DO", "PLANNED", "TO_DO", "TO_WRITE", "TO_SEND"]
    assert [status_word(kind, done) for kind in StepKind] == ["COMPLETED", "HELD", "DONE", "COMPLETED", "SENT"]
    assert status_word(StepKind.TASK, open_, Progress.IN_PROGRESS) == "IN_PROGRESS"
    assert status_word(StepKind.APPOINTMENT, InteractionState.CANCELLED) == "CANCELLED"
