"""What may be recorded of steps and interactions (docs/domain.md, Steps of a follow-up)."""

from dataclasses import replace

from shared.rulebook.checklists import newly_ticked, require_ticked, ticked_items
from shared.rulebook.commands import (
    BeginStep,
    CancelEntry,
    Circumstances,
    CompleteStep,
    RecordInteraction,
    UndoCompletion,
)
from shared.rulebook.errors import Refused
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import EntryState, FollowUp
from shared.rulebook.guards import require_open, require_recordable, require_since_entry
from shared.rulebook.history import apply
from shared.rulebook.standing import blocking_steps, entry_states, position_after_late_entry
from shared.rulebook.steps import Plan, Step


def begun(follow_up: FollowUp, command: BeginStep, plan: Plan, circumstances: Circumstances) -> Fact:
    """The step's entry opened (spec 5.2, 5.4). Refused `already_begun` and those of `completed` but the checklist's."""
    require_open(follow_up, circumstances)
    require_since_entry(follow_up, circumstances)
    step = _require_enterable(command.step_id, follow_up, plan)
    if entry_states(follow_up).get(command.step_id) is EntryState.BEGUN:
        raise Refused("already_begun", {"step": command.step_id})
    on = circumstances.occurred_on
    return Fact(FactKind.STEP_BEGUN, on, plan.version, step_id=step.id, interaction=step.kind)


def completed(follow_up: FollowUp, command: CompleteStep, plan: Plan, circumstances: Circumstances) -> Fact:
    """The step completed, begun before or not; late when it happened by the conclusion (spec 5.2, 5.4, 6.2).

    Raises Refused `step_unknown`, `step_removed`, `already_completed`, `mandatory_step_missing`,
    `checklist_incomplete`, `checklist_item_elsewhere`, `before_entry_date`,
    `happened_after_conclusion`, `waiting`, `closed`.
    """
    late = require_recordable(follow_up, circumstances)
    step = _require_enterable(command.step_id, follow_up, plan)
    before = ticked_items(step.id, follow_up)
    require_ticked(step, before | command.ticked)
    fact = Fact(
        FactKind.STEP_COMPLETED,
        circumstances.occurred_on,
        plan.version,
        step_id=step.id,
        interaction=step.kind,
        ticked=newly_ticked(step, plan, command.ticked, before),
        late=late,
    )
    if not late:
        return fact
    done = replace(apply(follow_up, fact), closed_position=follow_up.closed_position)
    return replace(fact, position=position_after_late_entry(done, plan))


def undone(follow_up: FollowUp, command: UndoCompletion, plan: Plan, circumstances: Circumstances) -> Fact:
    """A completion taken back while OPEN; later ones stay (spec 5.2). Refused `not_completed`."""
    return _taken_back(FactKind.COMPLETION_UNDONE, follow_up, command, plan, circumstances)


def cancelled(follow_up: FollowUp, command: CancelEntry, plan: Plan, circumstances: Circumstances) -> Fact:
    """A begun entry dropped while OPEN, as if not begun (spec 5.4). Refused `not_begun`."""
    return _taken_back(FactKind.ENTRY_CANCELLED, follow_up, command, plan, circumstances)


def interaction(follow_up: FollowUp, command: RecordInteraction, plan: Plan, circumstances: Circumstances) -> Fact:
    """An unplanned interaction while OPEN; late when it happened by the conclusion (spec 5.6, 6.2)."""
    late = require_recordable(follow_up, circumstances)
    on = circumstances.occurred_on
    return Fact(FactKind.INTERACTION_RECORDED, on, plan.version, interaction=command.kind, late=late)


_TAKEN_BACK = {
    FactKind.COMPLETION_UNDONE: (EntryState.COMPLETED, "not_completed"),
    FactKind.ENTRY_CANCELLED: (EntryState.BEGUN, "not_begun"),
}


def _taken_back(
    kind: FactKind,
    follow_up: FollowUp,
    command: UndoCompletion | CancelEntry,
    plan: Plan,
    circumstances: Circumstances,
) -> Fact:
    require_open(follow_up, circumstances)
    step = _planned(command.step_id, follow_up, plan)
    needed, refusal = _TAKEN_BACK[kind]
    if entry_states(follow_up).get(step.id) is not needed:
        raise Refused(refusal, {"step": step.id})
    return Fact(kind, circumstances.occurred_on, plan.version, step_id=step.id)


def _require_enterable(step_id: str, follow_up: FollowUp, plan: Plan) -> Step:
    step = _planned(step_id, follow_up, plan)
    if entry_states(follow_up).get(step_id) is EntryState.COMPLETED:
        raise Refused("already_completed", {"step": step_id})
    missing = blocking_steps(step_id, follow_up, plan)
    if missing:
        raise Refused("mandatory_step_missing", {"step": step_id, "missing": list(missing)})
    return step


def _planned(step_id: str, follow_up: FollowUp, plan: Plan) -> Step:
    step = next((step for step in plan.steps if step.id == step_id), None)
    if step is None:
        known = step_id in entry_states(follow_up)
        raise Refused("step_removed" if known else "step_unknown", {"step": step_id})
    return step
