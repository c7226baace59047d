"""A follow-up as its page shows it: what the rulebook says of each step, nothing decided here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.followup.ports import FollowUpRow, ToDoKind
from shared.contracts.campaign import StepDefinition
from shared.rulebook.follow_up import EntryState, FollowUpStatus
from shared.rulebook.progression import (
    blocking_steps,
    conclusion_offered,
    enterable_steps,
    groups,
    position,
    proposed_step,
    status,
)
from shared.rulebook.to_do import to_do

_STATES = {EntryState.COMPLETED: "done", EntryState.BEGUN: "open", EntryState.IDLE: "idle"}


@dataclass(frozen=True, slots=True)
class StepStanding:
    """How one step stands for the client."""

    state: str
    group: str | None
    enterable: bool
    blocked_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How the follow-up stands today."""

    status: FollowUpStatus
    position: str | None
    position_number: int
    """1 for the first step; one more than the number of steps at the end."""
    proposed_step: str | None
    conclusion_offered: bool
    steps: Mapping[str, StepStanding]


def standing_of(row: FollowUpRow, today: date) -> Standing:
    """The standing under the present definition."""
    plan, state = row.definition.plan(), row.state
    now = status(state, today)
    at = position(state, plan)
    order = [step.id for step in plan.steps]
    may_enter = set(enterable_steps(state, plan)) if now is FollowUpStatus.OPEN and not plan.archived else set()
    proposed = proposed_step(state, plan) if may_enter else None
    in_groups = groups(state, plan, waiting=now is FollowUpStatus.WAITING)
    states = {entry.step_id: _STATES[entry.state] for entry in state.entries}
    return Standing(
        status=now,
        position=at,
        position_number=len(order) + 1 if at is None else order.index(at) + 1,
        proposed_step=None if proposed is None else proposed.step_id,
        conclusion_offered=now is FollowUpStatus.OPEN and not plan.archived and conclusion_offered(state, plan),
        steps={
            step_id: StepStanding(
                state=states.get(step_id, "not_begun"),
                group=in_groups.get(step_id),
                enterable=step_id in may_enter,
                blocked_by=blocking_steps(step_id, state, plan),
            )
            for step_id in order
        },
    )


def to_do_of(kind: ToDoKind, row: FollowUpRow) -> tuple[StepDefinition, date] | None:
    """The step offered, or the one whose completion offered the conclusion, and since when; None when nothing waits."""
    found = to_do(row.state, row.definition.plan())
    since = found.offered if kind is ToDoKind.OFFERED else found.conclusion
    step = next((step for step in row.definition.steps if since is not None and step.id == since.step_id), None)
    return None if step is None or since is None else (step, since.on)
