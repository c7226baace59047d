"""What a follow-up's plan proposes next, how it counts per step, and what an edit would change for it.

docs/domain.md, Progression. Status, position and blocking live in `standing` and are offered here too.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.rulebook.checklists import checklist_missing
from shared.rulebook.errors import Refused
from shared.rulebook.follow_up import Closing, EntryState, FollowUp, FollowUpStatus
from shared.rulebook.standing import (
    blocking_steps,
    enterable_steps,
    entry_states,
    index_of,
    is_due,
    missing_mandatory,
    position,
    position_index,
    status,
)
from shared.rulebook.steps import Plan

__all__ = [
    "EditEffect",
    "ProposedStep",
    "StepGroup",
    "blocking_steps",
    "checklist_missing",
    "conclusion_offered",
    "edit_effect",
    "enterable_steps",
    "group_of",
    "groups",
    "is_due",
    "missing_mandatory",
    "next_offer",
    "offers_conclusion",
    "position",
    "proposed_step",
    "status",
    "unplanned_by_removal",
]


class StepGroup(StrEnum):
    """The one of five in which a targeted client counts at a step (spec 8.6)."""

    DONE = "done"
    NOT_REACHED = "not_reached"
    OPEN = "open"
    LEFT = "left"
    SKIPPED = "skipped"


class EditEffect(StrEnum):
    """What an edit of the plan does to one open follow-up (spec 2.4)."""

    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    ANOTHER_STEP = "another_step"
    LEFT_ALONE = "left_alone"


@dataclass(frozen=True, slots=True)
class ProposedStep:
    """The step that *Add* proposes; `begun` says that its entry exists and is opened."""

    step_id: str
    begun: bool


def proposed_step(follow_up: FollowUp, plan: Plan) -> ProposedStep | None:
    """The step at the position (spec 5.3); None at the end and once closed."""
    at = position(follow_up, plan)
    if at is None or follow_up.closing is not None:
        return None
    return ProposedStep(at, begun=entry_states(follow_up).get(at) is EntryState.BEGUN)


def next_offer(completed_step_id: str, follow_up: FollowUp, plan: Plan) -> str | None:
    """The step offered at once after this completion: the next one not completed, if it may be entered (spec 5.5)."""
    at = next((index for index, step in enumerate(plan.steps) if step.id == completed_step_id), None)
    completed = entry_states(follow_up).get(completed_step_id) is EntryState.COMPLETED
    if at is None or not completed or not plan.steps[at].offers_next:
        return None
    enterable = enterable_steps(follow_up, plan)
    return next((step.id for step in plan.steps[at + 1 :] if step.id in enterable), None)


def offers_conclusion(step_id: str, plan: Plan) -> bool:
    """Whether completing this step offers the conclusion at once: the sales step or the last one (spec 5.5)."""
    return step_id in (plan.sales_step, plan.steps[-1].id)


def conclusion_offered(follow_up: FollowUp, plan: Plan) -> bool:
    """Whether the follow-up waits for a conclusion: not closed, and the sales step or the last one is completed."""
    if follow_up.closing is not None:
        return False
    states = entry_states(follow_up)
    return any(states.get(step) is EntryState.COMPLETED for step in (plan.sales_step, plan.steps[-1].id))


def unplanned_by_removal(follow_up: FollowUp, plan: Plan) -> tuple[str, ...]:
    """The begun entries whose step the plan no longer has: they are unplanned interactions now (spec 2.4)."""
    planned = {step.id for step in plan.steps}
    return tuple(
        entry.step_id for entry in follow_up.entries if entry.state is EntryState.BEGUN and entry.step_id not in planned
    )


def group_of(step_id: str, follow_up: FollowUp, plan: Plan, today: date) -> StepGroup:
    """The group of this client at this step (spec 8.6).

    Refused `step_unknown`, and `closed` for a withdrawn follow-up, which is in no figure.
    """
    index_of(step_id, plan)
    found = groups(follow_up, plan, waiting=status(follow_up, today) is FollowUpStatus.WAITING)
    if not found:
        raise Refused("closed", {"closing": Closing.WITHDRAWN.value})
    return found[step_id]


def groups(follow_up: FollowUp, plan: Plan, *, waiting: bool) -> dict[str, StepGroup]:
    """The group of this client at every step of the plan, in order; empty for a withdrawn follow-up (spec 8.6).

    `waiting` says whether its status is WAITING on the day asked about.
    """
    if follow_up.closing is Closing.WITHDRAWN:
        return {}
    states = entry_states(follow_up)
    at = position_index(follow_up, plan)
    at_position = StepGroup.OPEN if follow_up.closing is None else StepGroup.LEFT
    found = {}
    for index, step in enumerate(plan.steps):
        if states.get(step.id) is EntryState.COMPLETED:
            found[step.id] = StepGroup.DONE
        elif index > at or waiting:
            found[step.id] = StepGroup.NOT_REACHED
        else:
            found[step.id] = at_position if index == at else StepGroup.SKIPPED
    return found


def edit_effect(follow_up: FollowUp, old_plan: Plan, new_plan: Plan) -> EditEffect:
    """What the edit does to this follow-up, tested in the order of spec 2.4; closed ones are left alone."""
    if follow_up.closing is not None:
        return EditEffect.LEFT_ALONE
    before, after = enterable_steps(follow_up, old_plan), enterable_steps(follow_up, new_plan)
    old, new = position(follow_up, old_plan), position(follow_up, new_plan)
    if old is not None and old not in after:
        return EditEffect.BLOCKED
    refused_before = {step.id for step in old_plan.steps}.difference(before)
    if refused_before.intersection(after):
        return EditEffect.UNBLOCKED
    return EditEffect.LEFT_ALONE if old == new else EditEffect.ANOTHER_STEP
