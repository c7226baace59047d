"""What may be recorded of interactions beside a step's own commands (docs/domain.md, Interactions; spec 5.4, 5.6).

No correction erases: each is a fact of its own.
"""

from shared.rulebook.checklists import newly_ticked, require_items, require_ticked, ticked_items
from shared.rulebook.commands import Circumstances
from shared.rulebook.errors import Refused
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import EntryState, FollowUp
from shared.rulebook.guards import require_amendable, require_open, require_recordable, require_since_entry
from shared.rulebook.interaction_commands import (
    AmendInteraction,
    CancelInteraction,
    CompleteInteraction,
    PlanInteraction,
    ReopenInteraction,
)
from shared.rulebook.pending import MOST_PENDING, pending_kind
from shared.rulebook.standing import entry_states
from shared.rulebook.steps import Plan, Step, StepKind


def planned(follow_up: FollowUp, command: PlanInteraction, plan: Plan, circumstances: Circumstances) -> Fact:
    """An unplanned interaction still to be done, while OPEN (spec 5.6). Refused `too_many_pending`."""
    require_open(follow_up, circumstances)
    require_since_entry(follow_up, circumstances)
    _require_room(follow_up)
    return Fact(FactKind.INTERACTION_PLANNED, circumstances.occurred_on, plan.version, interaction=command.kind)


def amended(follow_up: FollowUp, command: AmendInteraction, plan: Plan, circumstances: Circumstances) -> Fact:
    """What is said of an interaction changed, or items of its checklist ticked and unticked (spec 5.4, ADR 0051).

    Raises Refused `not_begun`, `interaction_unknown`, `checklist_item_unknown`, `checklist_item_elsewhere`,
    `checklist_incomplete` for a mandatory item of a completed step, `unchanged`, `waiting`, `closed`.
    """
    require_amendable(follow_up, circumstances)
    on = circumstances.occurred_on
    if command.step_id is None:
        number = _known_number(command.number, follow_up)
        return Fact(FactKind.INTERACTION_AMENDED, on, plan.version, of=number)
    ticked, unticked = _ticks(follow_up, command, command.step_id, plan)
    if not (command.described or ticked or unticked):
        raise Refused("unchanged")
    return Fact(
        FactKind.INTERACTION_AMENDED, on, plan.version, step_id=command.step_id, ticked=ticked, unticked=unticked
    )


def completed(follow_up: FollowUp, command: CompleteInteraction, plan: Plan, circumstances: Circumstances) -> Fact:
    """A pending interaction done; late when it happened by the conclusion. Refused `interaction_not_pending`."""
    late = require_recordable(follow_up, circumstances)
    return _settled(FactKind.INTERACTION_COMPLETED, follow_up, command, plan, circumstances, late=late)


def cancelled(follow_up: FollowUp, command: CancelInteraction, plan: Plan, circumstances: Circumstances) -> Fact:
    """A pending interaction that will not be, while OPEN. Refused `interaction_not_pending`."""
    require_open(follow_up, circumstances)
    return _settled(FactKind.INTERACTION_CANCELLED, follow_up, command, plan, circumstances, late=False)


def reopened(follow_up: FollowUp, command: ReopenInteraction, plan: Plan, circumstances: Circumstances) -> Fact:
    """An unplanned interaction that was done is pending again, while OPEN.

    Raises Refused `interaction_pending`, `interaction_cancelled`, `interaction_unknown`, `too_many_pending`.
    """
    require_open(follow_up, circumstances)
    number = _known_number(command.number, follow_up)
    if pending_kind(number, follow_up) is not None:
        raise Refused("interaction_pending", {"interaction": number})
    if number in follow_up.cancelled:
        raise Refused("interaction_cancelled", {"interaction": number})
    _require_room(follow_up)
    on = circumstances.occurred_on
    return Fact(FactKind.INTERACTION_REOPENED, on, plan.version, interaction=command.kind, of=number)


def _settled(
    kind: FactKind,
    follow_up: FollowUp,
    command: CompleteInteraction | CancelInteraction,
    plan: Plan,
    circumstances: Circumstances,
    *,
    late: bool,
) -> Fact:
    on = circumstances.occurred_on
    if command.step_id is not None:
        # An entry of a step that the plan has is completed and cancelled by the step's own commands.
        begun = entry_states(follow_up).get(command.step_id) is EntryState.BEGUN
        if not begun or _planned_step(command.step_id, plan) is not None:
            raise Refused("interaction_not_pending", {"step": command.step_id})
        return Fact(kind, on, plan.version, step_id=command.step_id, late=late)
    number = _known_number(command.number, follow_up)
    pending = pending_kind(number, follow_up)
    if pending is None:
        raise Refused("interaction_not_pending", {"interaction": number})
    return Fact(kind, on, plan.version, interaction=pending, of=number, late=late)


def _ticks(
    follow_up: FollowUp, command: AmendInteraction, step_id: str, plan: Plan
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The items that change, ticked and unticked."""
    state = entry_states(follow_up).get(step_id)
    if state not in {EntryState.BEGUN, EntryState.COMPLETED}:
        raise Refused("not_begun", {"step": step_id})
    # What was begun under a step that was removed since has no checklist any more.
    step = _planned_step(step_id, plan) or Step(step_id, StepKind.TASK, mandatory=False)
    before = ticked_items(step_id, follow_up)
    ticked = newly_ticked(step, plan, command.ticked, before)
    unticked = tuple(sorted(before.intersection(command.unticked).difference(command.ticked)))
    require_items(step, command.ticked | (command.unticked - before))
    if state is EntryState.COMPLETED and unticked:
        require_ticked(step, before.union(ticked).difference(unticked))
    return ticked, unticked


def _known_number(number: int | None, follow_up: FollowUp) -> int:
    if number is None or not 1 < number <= follow_up.number:
        raise Refused("interaction_unknown", {"interaction": number})
    return number


def _require_room(follow_up: FollowUp) -> None:
    if len(follow_up.pending) >= MOST_PENDING:
        raise Refused("too_many_pending", {"limit": MOST_PENDING})


def _planned_step(step_id: str, plan: Plan) -> Step | None:
    return next((step for step in plan.steps if step.id == step_id), None)
