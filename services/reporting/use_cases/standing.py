"""What follow-ups that stand alike add to the figures of one day (docs/domain.md, As of a past day)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.reporting.ports.counting import Generation, Row
from services.reporting.ports.reading import StepTotals, Totals
from services.reporting.ports.standing import Contribution, Shape
from services.reporting.use_cases.contribution import amounts_of, contacts, steps_of
from shared.rulebook.counting import ClientResult, counts_for_conversion, passing_steps, result_of
from shared.rulebook.follow_up import Closing, Conclusion, ConclusionKind, EntryState, FollowUp, StepEntry
from shared.rulebook.progression import groups
from shared.rulebook.standing import is_overdue, position, position_index
from shared.rulebook.steps import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Follow-ups of one campaign, advisor of record and shape, with their sums in euros."""

    campaign_id: str
    advisor_id: str
    shape: Shape
    clients: int
    interactions: int
    initial_potential: Decimal
    potential: Decimal
    collected: Decimal


@dataclass(frozen=True, slots=True)
class _Count:
    """What one follow-up of a shape counts as."""

    result: ClientResult
    converting: bool
    contacts: int
    overdue: bool
    steps: tuple[tuple[str, str, bool], ...]


class Tally:
    """Counts standings by the plans of their campaigns on one day; each shape is judged once."""

    def __init__(self, plans: Mapping[str, Plan], day: date) -> None:
        self._plans = plans
        self._day = day
        self._judged: dict[tuple[str, Shape], _Count | None] = {}

    def totals(self, standings: Iterable[Standing]) -> Totals:
        """The sums over all of them."""
        sums = dict.fromkeys(Totals.__dataclass_fields__, 0) | dict.fromkeys(_EUROS, Decimal("0.00"))
        for standing in standings:
            count = self._count(standing)
            if count is not None:
                _add(sums, standing, count)
        return Totals(**sums)  # type: ignore[arg-type]  # counts are whole numbers, amounts are euros

    def steps(self, standings: Iterable[Standing]) -> Sequence[StepTotals]:
        """Clients per step and group."""
        clients: dict[tuple[str, str], list[int]] = {}
        for standing in standings:
            count = self._count(standing)
            for step_id, group, passes in () if count is None else count.steps:
                found = clients.setdefault((step_id, group), [0, 0])
                found[0] += standing.clients
                found[1] += standing.clients * passes
        return [StepTotals(step_id, group, *found) for (step_id, group), found in clients.items()]

    def _count(self, standing: Standing) -> _Count | None:
        key = (standing.campaign_id, standing.shape)
        if key not in self._judged:
            plan = self._plans.get(standing.campaign_id)
            self._judged[key] = None if plan is None else _judge(standing.shape, plan, self._day)
        return self._judged[key]


def shape_of(state: FollowUp, day: date) -> Shape:
    """The shape of a follow-up on that day."""
    return Shape(
        state.closing,
        None if state.conclusion is None else state.conclusion.kind,
        state.closed_position,
        state.closing is None and state.entry_date > day,
        tuple(sorted((entry.step_id, entry.state.value, entry.first_version) for entry in state.entries)),
        state.overdue_step,
    )


def contribution_of(shape: Shape, generation: Generation) -> Contribution:
    """What each follow-up of that shape adds to the counters of the generation, and where it stands by its plan."""
    state = an_example(shape, _ANY_DAY)
    row = Row("", "", "", state, interactions=0, generation=generation.number)
    return Contribution(
        position(state, generation.plan),
        position_index(state, generation.plan) + 1,
        amounts_of(row, generation),
        steps_of(row, generation),
    )


_ANY_DAY = date(2000, 1, 1)
_EUROS = ("potential", "remaining_potential", "collected")
_RESULTS = {
    ClientResult.ACCEPTED: "accepted",
    ClientResult.REFUSED: "refused",
    ClientResult.IN_PROGRESS: "in_progress",
    ClientResult.CLOSED_WITHOUT_CONCLUSION: "archived",
}


def _add(sums: dict[str, int | Decimal], standing: Standing, count: _Count) -> None:
    sums["clients"] += standing.clients
    sums[_RESULTS[count.result]] += standing.clients
    sums["waiting"] += standing.clients * standing.shape.waiting
    sums["contacts"] += standing.clients * count.contacts + standing.interactions
    sums["converting"] += standing.clients * count.converting
    sums["overdue"] += standing.clients * (count.overdue and not standing.shape.waiting)
    sums["potential"] += standing.initial_potential
    sums["collected"] += standing.collected
    if count.result is ClientResult.IN_PROGRESS:
        sums["remaining_potential"] += standing.potential


def _judge(shape: Shape, plan: Plan, day: date) -> _Count | None:
    state = an_example(shape, day)
    result = result_of(state)
    if result is None:
        return None
    found = groups(state, plan, waiting=shape.waiting)
    passing = passing_steps(found, plan, success=result is ClientResult.ACCEPTED)
    return _Count(
        result,
        counts_for_conversion(state, plan, day),
        contacts(state, plan),
        is_overdue(state, plan),
        tuple((step_id, group.value, step_id in passing) for step_id, group in found.items()),
    )


def an_example(shape: Shape, day: date) -> FollowUp:
    """A follow-up of that shape, for the rulebook to judge; its amounts say nothing."""
    nothing = Decimal(0)
    return FollowUp(
        number=1,
        entry_date=date.max if shape.waiting else day,
        potential=nothing,
        initial_potential=nothing,
        advisor_id="",
        entries=tuple(StepEntry(step, EntryState(state), first, first) for step, state, first in shape.entries),
        closing=None if shape.closing is None else Closing(shape.closing),
        conclusion=None if shape.kind is None else Conclusion(ConclusionKind(shape.kind), day, nothing, (), ""),
        closed_position=shape.closed_position,
        overdue_step=shape.overdue_step,
    )
