"""What may be recorded of steps and interactions (docs/domain.md, Steps of a follow-up)."""

from dataclasses import replace

from shared.rulebook.errors import Refused
from shared.rulebook.follow_up import (
    BeginStep,
    CancelEntry,
    Circumstances,
    CompleteStep,
    EntryState,
    Fact,
    FactKind,
    FollowUp,
    RecordInteraction,
    UndoCompletion,
)
from shared.rulebook.guards import require_open, require_since_entry
from shared.rulebook.history import apply
from shared.rulebook.progression import checklist_missing
from shared.rulebook.standing import blocking_steps, entry_states, position_after_late_entry
from shared.rulebook.steps import Plan, Step


def begun(follow_up: FollowUp, command: BeginStep, plan: Plan, circumstances: Circumstances) -> Fact:
    """The step's entry opened (spec 5.2, 5.4). Refused `already_begun` and those of `completed` but the checklist's."""
    require_open(follow_up, circumstances)
    require_since_entry(follow_up, circumstances)
    _require_enterable(command.step_id, follow_up, plan)
    if entry_states(follow_up).get(command.step_id) is EntryState.BEGUN:
        raise Refused("already_begun", {"step": command.step_id})
    return Fact(FactKind.STEP_BEGUN, circumstances.occurred_on, plan.version, step_id=command.step_id)


def completed(follow_up: FollowUp, command: CompleteStep, plan: Plan, circumstances: Circumstances) -> Fact:
    """The step completed, begun before or not; late when it happened by the conclusion (spec 5.2, 5.4, 6.2).

    Raises Refused `step_unknown`, `step_removed`, `already_completed`, `mandatory_step_missing`,
    `checklist_incomplete`, `before_entry_date`, `happened_after_conclusion`, `waiting`, `closed`.
    """
    late = _is_late(follow_up, circumstances)
    step = _require_enterable(command.step_id, follow_up, plan)
    unticked = checklist_missing(step, command.ticked)
    if unticked:
        raise Refused("checklist_incomplete", {"step": step.id, "missing": list(unticked)})
    fact = Fact(FactKind.STEP_COMPLETED, circumstances.occurred_on, plan.version, step_id=step.id, late=late)
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
    late = _is_late(follow_up, circumstances)
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


def _is_late(follow_up: FollowUp, circumstances: Circumstances) -> bool:
    standing = follow_up.conclusion
    if standing is None:
        require_open(follow_up, circumstances)
    elif circumstances.occurred_on > standing.on:
        raise Refused("happened_after_conclusion", {"concluded_on": standing.on.isoformat()})
    require_since_entry(follow_up, circumstances)
    return standing is not None


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
