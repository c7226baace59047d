"""What a person's command says of an interaction, checked at the door: that there is one, and what goes with its kind.

Which interactions a follow-up has and of which kind never changes, so that nothing can happen between this and the
decision that would make the answer wrong. Whether one may be reopened does change: the rulebook decides that again.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.followup.ports import FollowUpRow, Interaction, Interactions, key_of
from services.followup.use_cases.attach_files import attached_ids
from shared.rulebook.commands import BeginStep, Command, CompleteStep, RecordInteraction
from shared.rulebook.errors import Invalid, Refused
from shared.rulebook.interaction_commands import (
    AmendInteraction,
    CancelInteraction,
    CompleteInteraction,
    PlanInteraction,
    ReopenInteraction,
)
from shared.rulebook.interaction_words import InteractionState, check_details
from shared.rulebook.steps import StepKind

_ABOUT_ONE = (AmendInteraction, CompleteInteraction, CancelInteraction, ReopenInteraction)
_LEAVES_OPEN = (BeginStep, PlanInteraction, AmendInteraction)


def needs_follow_up(command: Command, details: Mapping[str, Any]) -> bool:
    """Whether more has to be known of the follow-up than the command itself says."""
    says = isinstance(command, BeginStep | CompleteStep) and bool(details)
    return says or isinstance(command, _ABOUT_ONE) or bool(attached_ids(details))


async def described(
    command: Command, details: Mapping[str, Any], row: FollowUpRow | None, interactions: Interactions
) -> Command:
    """The command with what its door has to add; `row` where `needs_follow_up`.

    Raises Refused `interaction_unknown`, `interaction_cancelled`; Invalid `details_of_another_kind`,
    `sheet_completes_when_saved`.
    """
    if isinstance(command, PlanInteraction | RecordInteraction):
        _check(command, command.kind, details, still_open=True)
        return command
    if row is None or not isinstance(command, (*_ABOUT_ONE, BeginStep, CompleteStep)):
        return command
    number = getattr(command, "number", None)
    step_id = getattr(command, "step_id", None)
    found = None
    if isinstance(command, _ABOUT_ONE):
        found = await interactions.one(row.follow_up_id, key_of(step_id, number))
        _require_known(command, found)
    kind = _kind_of(row, step_id, found)
    if kind is not None:
        _check(command, kind, details, still_open=found is None or found.state is not InteractionState.DONE)
    return replace(command, kind=kind) if isinstance(command, ReopenInteraction) and kind is not None else command


def _require_known(command: Command, found: Interaction | None) -> None:
    number = getattr(command, "number", None)
    if number is None:
        return  # of a step, on which the rulebook decides
    if found is None:
        raise Refused("interaction_unknown", {"interaction": number})
    settled = isinstance(command, ReopenInteraction | AmendInteraction)
    if settled and found.state is InteractionState.CANCELLED:
        raise Refused("interaction_cancelled", {"interaction": number})


def _kind_of(row: FollowUpRow, step_id: str | None, found: Interaction | None) -> StepKind | None:
    planned = next((step.kind for step in row.definition.steps if step.id == step_id), None)
    return planned or (found.kind if found else None)


def _check(command: Command, kind: StepKind, details: Mapping[str, Any], *, still_open: bool) -> None:
    check_details(kind, details)
    saves = kind is StepKind.FOLLOW_UP_SHEET and "said" in details
    if saves and still_open and isinstance(command, _LEAVES_OPEN):
        # A sheet is complete when it is saved (spec 5.4): what was said comes with the completion.
        raise Invalid("sheet_completes_when_saved")
