"""What a command does to a follow-up: the fact that follows, or why not (docs/domain.md, Follow-ups and Refusals)."""

from typing import assert_never

from shared.rulebook import conclusion, due_dates, entries, interactions, targeting
from shared.rulebook.commands import (
    AmendConclusion,
    BeginStep,
    CancelEntry,
    ChangePotential,
    Circumstances,
    CloseArchived,
    Command,
    CompleteStep,
    Conclude,
    MoveEntryDate,
    Reassign,
    RecordInteraction,
    ReopenUnarchived,
    TargetAgain,
    UndoCompletion,
    WithdrawClient,
    WithdrawConclusion,
)
from shared.rulebook.errors import Invalid, Refused
from shared.rulebook.facts import Fact
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.guards import require_untouched
from shared.rulebook.holdings import LinkHoldings
from shared.rulebook.interaction_commands import (
    AmendInteraction,
    CancelInteraction,
    CompleteInteraction,
    PlanInteraction,
    ReopenInteraction,
)
from shared.rulebook.lateness import MarkOverdue
from shared.rulebook.steps import Plan

EARLY_CODES = frozenset({"campaign_unknown", "client_unknown", "follow_up_unknown", "mandatory_step_missing"})


def early(code: str) -> bool:
    """Whether a refusal may only be early, so that the command is parked before it is refused for good (spec 6.2)."""
    return code in EARLY_CODES


def decide(follow_up: FollowUp, command: Command, plan: Plan, circumstances: Circumstances) -> Fact:
    """The fact that the command makes of this follow-up under this plan.

    Raises Refused or Invalid with a code of docs/domain.md, Refusals. Rights and campaign dates are judged outside.
    """
    if circumstances.occurred_on > circumstances.today:
        raise Invalid("in_the_future", {"occurred_on": circumstances.occurred_on.isoformat()})
    if plan.archived and not isinstance(command, CloseArchived | ReopenUnarchived):
        raise Refused("archived")
    if isinstance(command, WithdrawConclusion | Reassign | TargetAgain):
        require_untouched(follow_up, command.if_last)
    return _decided(follow_up, command, plan, circumstances)


def _decided(  # noqa: C901, PLR0911, PLR0912  one case per command
    follow_up: FollowUp, command: Command, plan: Plan, circumstances: Circumstances
) -> Fact:
    match command:
        case BeginStep():
            return entries.begun(follow_up, command, plan, circumstances)
        case CompleteStep():
            return entries.completed(follow_up, command, plan, circumstances)
        case UndoCompletion():
            return entries.undone(follow_up, command, plan, circumstances)
        case CancelEntry():
            return entries.cancelled(follow_up, command, plan, circumstances)
        case RecordInteraction():
            return entries.interaction(follow_up, command, plan, circumstances)
        case PlanInteraction():
            return interactions.planned(follow_up, command, plan, circumstances)
        case AmendInteraction():
            return interactions.amended(follow_up, command, plan, circumstances)
        case CompleteInteraction():
            return interactions.completed(follow_up, command, plan, circumstances)
        case CancelInteraction():
            return interactions.cancelled(follow_up, command, plan, circumstances)
        case ReopenInteraction():
            return interactions.reopened(follow_up, command, plan, circumstances)
        case Conclude():
            return conclusion.concluded(follow_up, command, plan, circumstances)
        case AmendConclusion():
            return conclusion.amended(follow_up, command, plan, circumstances)
        case WithdrawConclusion():
            return conclusion.withdrawn(follow_up, command, plan, circumstances)
        case LinkHoldings():
            return conclusion.linked(follow_up, command, plan, circumstances)
        case ChangePotential():
            return targeting.potential_changed(follow_up, command, plan, circumstances)
        case MoveEntryDate():
            return targeting.entry_date_moved(follow_up, command, plan, circumstances)
        case Reassign():
            return targeting.reassigned(follow_up, command, plan, circumstances)
        case WithdrawClient():
            return targeting.client_withdrawn(follow_up, plan, circumstances)
        case TargetAgain():
            return targeting.targeted_again(follow_up, command, plan, circumstances)
        case CloseArchived():
            return targeting.closed_archived(follow_up, plan, circumstances)
        case ReopenUnarchived():
            return targeting.reopened(follow_up, command, plan, circumstances)
        case MarkOverdue():
            return due_dates.overdue(follow_up, command, plan, circumstances)
        case _:  # pragma: no cover
            assert_never(command)
