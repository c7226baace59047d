"""What waits for somebody: a step offered next, a conclusion (docs/domain.md, What there is to do)."""

from dataclasses import dataclass
from datetime import date

from shared.rulebook.follow_up import EntryState, FollowUp
from shared.rulebook.progression import next_offer, offers_conclusion
from shared.rulebook.standing import entry_states
from shared.rulebook.steps import Plan


@dataclass(frozen=True, slots=True)
class Since:
    """A step and a day: what was offered, since when."""

    step_id: str
    on: date


@dataclass(frozen=True, slots=True)
class ToDo:
    """What a follow-up waits for (spec 5.5, 7.2); both None once closed.

    `offered` is the step that the last completion offers and nobody has begun, since that completion. `conclusion` is
    the step whose completion offered the conclusion first, since that completion.
    """

    offered: Since | None = None
    conclusion: Since | None = None


def to_do(follow_up: FollowUp, plan: Plan) -> ToDo:
    """What there is to do. The entry date and archiving are not looked at: nothing is done while WAITING or archived.

    The last completion is the latest by its day; of one day, the furthest in the plan (ADR 0084).
    """
    if follow_up.closing is not None:
        return ToDo()
    completed = _completed(follow_up, plan)
    concluding = [since for since in completed if offers_conclusion(since.step_id, plan)]
    return ToDo(
        offered=_offered(completed[-1], follow_up, plan) if completed else None,
        conclusion=concluding[0] if concluding else None,
    )


def _completed(follow_up: FollowUp, plan: Plan) -> list[Since]:
    """The steps of the plan that are completed, by the day of completion and then by place."""
    days = {
        entry.step_id: entry.completed_on or follow_up.entry_date
        for entry in follow_up.entries
        if entry.state is EntryState.COMPLETED
    }
    in_order = [Since(step.id, days[step.id]) for step in plan.steps if step.id in days]
    return sorted(in_order, key=lambda since: since.on)


def _offered(last: Since, follow_up: FollowUp, plan: Plan) -> Since | None:
    step_id = next_offer(last.step_id, follow_up, plan)
    begun = entry_states(follow_up).get(step_id or "") is EntryState.BEGUN
    return None if step_id is None or begun else Since(step_id, last.on)
