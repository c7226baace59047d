from datetime import timedelta
from decimal import Decimal
from typing import get_args

import pytest

from shared.rulebook.commands import (
    AmendConclusion,
    BeginStep,
    CancelEntry,
    ChangePotential,
    CloseArchived,
    Command,
    CompleteStep,
    MoveEntryDate,
    Reassign,
    RecordInteraction,
    ReopenUnarchived,
    TargetAgain,
    UndoCompletion,
    WithdrawClient,
    WithdrawConclusion,
)
from shared.rulebook.decisions import decide, early
from shared.rulebook.errors import Invalid, Refused
from shared.rulebook.facts import FactKind
from shared.rulebook.follow_up import Closing, ConclusionKind
from shared.rulebook.holdings import LinkHoldings
from shared.rulebook.interaction_commands import (
    AmendInteraction,
    CancelInteraction,
    CompleteInteraction,
    PlanInteraction,
    ReopenInteraction,
)
from shared.rulebook.lateness import MarkOverdue
from shared.rulebook.steps import StepKind
from tests.rulebook.builders import TODAY, a_follow_up, a_plan, a_sale, happening

ONE_OF_EACH = [
    BeginStep("call"),
    CompleteStep("call"),
    UndoCompletion("call"),
    CancelEntry("call"),
    RecordInteraction(StepKind.TASK),
    PlanInteraction(StepKind.APPOINTMENT),
    AmendInteraction(step_id="call", described=True),
    CompleteInteraction(number=1),
    CancelInteraction(number=1),
    ReopenInteraction(1, StepKind.TASK),
    a_sale(),
    AmendConclusion(ConclusionKind.SALE, TODAY),
    WithdrawConclusion(),
    ChangePotential(Decimal(1)),
    MoveEntryDate(TODAY),
    Reassign("chloe"),
    WithdrawClient(),
    TargetAgain(TODAY, Decimal(1), "chloe"),
    MarkOverdue("call", TODAY),
    LinkHoldings(accounts=("a",)),
    CloseArchived(),
    ReopenUnarchived("chloe"),
]


def test_every_command_is_tried_here():
    assert {type(command) for command in ONE_OF_EACH} == set(get_args(Command))


@pytest.mark.parametrize("command", ONE_OF_EACH)
def test_nothing_happens_in_the_future(command):
    with pytest.raises(Invalid) as broken:
        decide(a_follow_up(), command, a_plan("call"), happening(on=TODAY + timedelta(days=1)))

    assert (broken.value.code, broken.value.data) == ("in_the_future", {"occurred_on": "2026-03-21"})


@pytest.mark.parametrize("command", ONE_OF_EACH[:-2])
def test_nothing_is_recorded_in_an_archived_campaign(command):
    with pytest.raises(Refused) as broken:
        decide(a_follow_up(), command, a_plan("call", archived=True), happening())

    assert broken.value.code == "archived"


def test_an_archived_campaign_still_closes_and_reopens_its_follow_ups():
    archived = a_plan("call", archived=True)
    closed = a_follow_up(closing=Closing.ARCHIVED)

    assert decide(a_follow_up(), CloseArchived(), archived, happening()).kind is FactKind.CLOSED_ARCHIVED
    assert decide(closed, ReopenUnarchived("anne"), archived, happening()).kind is FactKind.REOPENED_UNARCHIVED


@pytest.mark.parametrize("code", ["mandatory_step_missing", "client_unknown", "campaign_unknown", "follow_up_unknown"])
def test_a_refusal_is_merely_early_when_what_it_misses_may_be_on_its_way(code):
    assert early(code)


@pytest.mark.parametrize(
    "code", ["waiting", "closed", "already_completed", "step_unknown", "checklist_incomplete", "in_the_future"]
)
def test_other_refusals_are_final(code):
    assert not early(code)


UNDOING = [
    WithdrawConclusion(if_last=6),
    Reassign("chloe", if_last=6),
    TargetAgain(TODAY, Decimal(1), "chloe", if_last=6),
]


@pytest.mark.parametrize("command", UNDOING)
def test_what_undoes_a_fact_is_refused_once_another_came_after_it(command):
    with pytest.raises(Refused) as broken:
        decide(a_follow_up(number=7), command, a_plan("call"), happening())

    assert (broken.value.code, broken.value.data) == ("touched_since", {"number": 7})
