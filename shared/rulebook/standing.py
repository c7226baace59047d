"""Where a follow-up stands in a plan: status, what is due, what blocks, position (docs/domain.md, Progression)."""

from collections.abc import Mapping
from datetime import date

from shared.rulebook.errors import Refused
from shared.rulebook.follow_up import Closing, EntryState, FollowUp, FollowUpStatus
from shared.rulebook.steps import Plan, Step


def status(follow_up: FollowUp, today: date) -> FollowUpStatus:
    """WAITING before the entry date, OPEN from it on, else the reason of the closing (spec 5.1)."""
    return status_of(follow_up.closing, follow_up.entry_date, today)


def status_of(closing: Closing | None, entry_date: date, today: date) -> FollowUpStatus:
    """The status of a follow-up of which only these two are known."""
    if closing is not None:
        return FollowUpStatus(closing)
    return FollowUpStatus.WAITING if today < entry_date else FollowUpStatus.OPEN


def is_due(step: Step, follow_up: FollowUp) -> bool:
    """Whether the step is mandatory for this client: one already past it when it came may be exempt (spec 2.4)."""
    return step.mandatory and not any(
        entry.step_id in exemption.after and entry.first_version < exemption.version
        for exemption in step.exemptions
        for entry in follow_up.entries
    )


def blocking_steps(step_id: str, follow_up: FollowUp, plan: Plan) -> tuple[str, ...]:
    """The mandatory steps before this one, due and not completed, in order (spec 5.2). Refused `step_unknown`."""
    states = entry_states(follow_up)
    before = plan.steps[: index_of(step_id, plan)]
    return tuple(step.id for step in before if _is_missing(step, follow_up, states))


def enterable_steps(follow_up: FollowUp, plan: Plan) -> tuple[str, ...]:
    """The steps that may be entered: not completed and not blocked, in order; none once closed (spec 5.3).

    The entry date is not looked at: nothing may be entered while WAITING.
    """
    if follow_up.closing is not None:
        return ()
    states = entry_states(follow_up)
    reachable = plan.steps[: _first_missing(follow_up, plan, states) + 1]
    return tuple(step.id for step in reachable if states.get(step.id) is not EntryState.COMPLETED)


def missing_mandatory(follow_up: FollowUp, plan: Plan) -> tuple[str, ...]:
    """All mandatory steps, due and not completed, wherever they stand; a conclusion keeps them (spec 5.7)."""
    states = entry_states(follow_up)
    return tuple(step.id for step in plan.steps if _is_missing(step, follow_up, states))


def position(follow_up: FollowUp, plan: Plan) -> str | None:
    """The step at which the follow-up stands, None for *end* (spec 5.3); concluded and archived ones keep theirs."""
    return _step_at(position_index(follow_up, plan), plan)


def position_index(follow_up: FollowUp, plan: Plan) -> int:
    """The position as a number of steps before it; the number of all steps for *end*.

    Where the step kept by a closed follow-up was removed since, the position is what its entries say (ADR 0011).
    """
    if follow_up.closing in (Closing.CONCLUDED, Closing.ARCHIVED):
        if follow_up.closed_position is None:
            return len(plan.steps)
        kept = _find(follow_up.closed_position, plan)
        if kept is not None:
            return kept
    return _live_index(follow_up, plan)


def position_after_late_entry(follow_up: FollowUp, plan: Plan) -> str | None:
    """Where a closed follow-up stands once a completion recorded late is among its entries: never further back."""
    return _step_at(max(position_index(follow_up, plan), _live_index(follow_up, plan)), plan)


def is_overdue(follow_up: FollowUp, plan: Plan) -> bool:
    """Whether the step at the position was recorded as late (spec 7.2); never once closed."""
    late = follow_up.overdue_step
    return follow_up.closing is None and late is not None and late == position(follow_up, plan)


def index_of(step_id: str, plan: Plan) -> int:
    """The number of steps before this one. Refused `step_unknown` when the plan has no such step."""
    index = _find(step_id, plan)
    if index is None:
        raise Refused("step_unknown", {"step": step_id})
    return index


def entry_states(follow_up: FollowUp) -> dict[str, EntryState]:
    """The state of each step that has an entry."""
    return {entry.step_id: entry.state for entry in follow_up.entries}


def _live_index(follow_up: FollowUp, plan: Plan) -> int:
    states = entry_states(follow_up)
    furthest = 0
    for index, step in enumerate(plan.steps):
        state = states.get(step.id)
        if state is EntryState.BEGUN:
            furthest = index
        elif state is EntryState.COMPLETED:
            furthest = index + 1
    return min(furthest, _first_missing(follow_up, plan, states))


def _first_missing(follow_up: FollowUp, plan: Plan, states: Mapping[str, EntryState]) -> int:
    missing = (index for index, step in enumerate(plan.steps) if _is_missing(step, follow_up, states))
    return next(missing, len(plan.steps))


def _is_missing(step: Step, follow_up: FollowUp, states: Mapping[str, EntryState]) -> bool:
    return states.get(step.id) is not EntryState.COMPLETED and is_due(step, follow_up)


def _find(step_id: str, plan: Plan) -> int | None:
    return next((index for index, step in enumerate(plan.steps) if step.id == step_id), None)


def _step_at(index: int, plan: Plan) -> str | None:
    return plan.steps[index].id if index < len(plan.steps) else None
