"""Until when the step at a follow-up's position is in time, and when it is late (docs/domain.md, Due dates)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from shared.rulebook.commands import Circumstances
from shared.rulebook.errors import Refused
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.guards import require_change, require_open
from shared.rulebook.lateness import MarkOverdue
from shared.rulebook.standing import position
from shared.rulebook.steps import Plan, Step

_DAY = timedelta(days=1)


class WorkingDays(Protocol):
    """The deployment's calendar."""

    def is_working(self, day: date) -> bool:
        """Whether the network works on this day."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a follow-up stands (None is *end*), since which day, and the last day on which that step is in time."""

    step_id: str | None
    since: date
    due_on: date | None


def sets_delays(plan: Plan) -> bool:
    """Whether any step of the plan may become late."""
    return any(step.due_within_days is not None for step in plan.steps)


def due_on(step: Step, since: date, calendar: WorkingDays) -> date | None:
    """The last day on which the step is in time: its delay in working days after `since` (spec 2.3).

    `since` is the day on which the step became the position; it is day 0, and a delay that would end on it ends on the
    next working day where nobody works. None when the step sets no delay.
    """
    if step.due_within_days is None:
        return None
    day, left = since, step.due_within_days
    while day < date.max and (left > 0 or not calendar.is_working(day)):
        day += _DAY
        left -= calendar.is_working(day)
    return day


def first_place(follow_up: FollowUp, plan: Plan, calendar: WorkingDays) -> Place:
    """Where a follow-up stands whose past is not known: since its entry date or its last completion (ADR 0060)."""
    completed = [entry.completed_on for entry in follow_up.entries if entry.completed_on is not None]
    return _place(follow_up, plan, calendar, max([follow_up.entry_date, *completed]))


def next_place(  # noqa: PLR0917  read as a sentence at the call
    place: Place, follow_up: FollowUp, plan: Plan, calendar: WorkingDays, on: date, today: date
) -> Place:
    """Where it stands after something happened on day `on`, a fact or a new definition, that was learnt today.

    A position that is left alone keeps its day; another one counts from `on`. Nothing counts before the entry date,
    and a follow-up whose entry date is moved forward counts from there.
    """
    since = place.since if position(follow_up, plan) == place.step_id else on
    latest = max(today, follow_up.entry_date)
    return _place(follow_up, plan, calendar, min(max(since, follow_up.entry_date), latest))


def overdue(follow_up: FollowUp, command: MarkOverdue, plan: Plan, circumstances: Circumstances) -> Fact:
    """The step at the position noted as late, once (spec 7.2). Refused `not_overdue`, `unchanged`, `closed`, `waiting`.

    The due date comes with the command, since the calendar is not the follow-up's.
    """
    require_open(follow_up, circumstances)
    if position(follow_up, plan) != command.step_id or command.due_on >= circumstances.today:
        raise Refused("not_overdue", {"step": command.step_id, "due_on": command.due_on.isoformat()})
    require_change(follow_up.overdue_step, command.step_id)
    return Fact(
        FactKind.STEP_OVERDUE, circumstances.occurred_on, plan.version, step_id=command.step_id, due_on=command.due_on
    )


def _place(follow_up: FollowUp, plan: Plan, calendar: WorkingDays, since: date) -> Place:
    at = position(follow_up, plan)
    step = next((step for step in plan.steps if step.id == at), None)
    if step is None or follow_up.closing is not None:
        return Place(at, since, None)
    if follow_up.overdue_step == at:
        # What was recorded as late stays so, whatever the definition or the calendar says since.
        return Place(at, since, follow_up.overdue_due_on)
    return Place(at, since, due_on(step, since, calendar))
