"""What undoing a completion changes downstream (docs/domain.md, Interactions; spec 5.2)."""

from dataclasses import dataclass, replace

from shared.rulebook.follow_up import EntryState, FollowUp
from shared.rulebook.progression import conclusion_offered
from shared.rulebook.standing import enterable_steps, entry_states, position
from shared.rulebook.steps import Plan


@dataclass(frozen=True, slots=True)
class UndoEffect:
    """Positions are steps, None for *end*; the other fields name steps in the plan's order."""

    position_before: str | None
    position_after: str | None
    blocked: tuple[str, ...]
    """Could be entered and completed before, and no longer can."""
    kept: tuple[str, ...]
    """Completed steps after it: they stay so."""
    begun_and_blocked: tuple[str, ...]
    """Of the blocked ones, those whose entry is open: they wait for the step to be completed again."""
    conclusion_offered: bool
    """Whether the follow-up still waits for its conclusion afterwards."""


def undo_effect(before: FollowUp, after: FollowUp, step_id: str, plan: Plan) -> UndoEffect:
    """What lies between the follow-up with the step completed and the one with the completion undone."""
    lost = set(enterable_steps(before, plan)).difference(enterable_steps(after, plan))
    states = entry_states(after)
    order = [step.id for step in plan.steps]
    blocked = tuple(step for step in order if step in lost)
    return UndoEffect(
        position_before=position(before, plan),
        position_after=position(after, plan),
        blocked=blocked,
        kept=tuple(step for step in order[order.index(step_id) + 1 :] if states.get(step) is EntryState.COMPLETED),
        begun_and_blocked=tuple(step for step in blocked if states.get(step) is EntryState.BEGUN),
        conclusion_offered=conclusion_offered(after, plan),
    )


def with_completed(follow_up: FollowUp, step_id: str) -> FollowUp:
    """The follow-up as it was before the completion of this step was undone."""
    return replace(
        follow_up,
        entries=tuple(
            replace(entry, state=EntryState.COMPLETED) if entry.step_id == step_id else entry
            for entry in follow_up.entries
        ),
    )
