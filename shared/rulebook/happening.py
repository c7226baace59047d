"""Facts by date of happening: all that is known today, and of it what happened up to a day (spec 8.0).

docs/domain.md, As of a past day. Facts are folded in the order of their numbers, so that as of today the state is the
present one, whatever order they happened in.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import Closing, FollowUp
from shared.rulebook.history import apply


@dataclass(frozen=True, slots=True)
class NumberedState:
    """A fact with its number; `after` gives the state after it as it was recorded, and is asked where it matters."""

    number: int
    fact: Fact
    after: Callable[[], FollowUp]


@dataclass(frozen=True, slots=True)
class Happened:
    """A follow-up as of a day, and its unplanned interactions that were done by then."""

    state: FollowUp
    interactions: int


def as_happened(facts: Iterable[NumberedState], day: date) -> Happened | None:
    """The follow-up that these facts give as of the end of the day; None when none of them had happened.

    A conclusion is taken as it was amended in the end, at the date that it then has. What opens a follow-up (targeting,
    un-archiving, taking a conclusion back) happened no later than what was recorded on it. Below a fact that is missing
    nothing can be told apart: the state after the next one is taken.
    """
    told = sorted(facts, key=lambda one: one.number)
    numbers = {one.number for one in told}
    final = _as_amended(told, numbers)
    kept = [one for one, on in zip(final, _days(final), strict=True) if on <= day]
    if not kept:
        return None
    state = _as_recorded(kept[0])
    for one in kept[1:]:
        state = _with(state, one) if one.number - 1 in numbers else _as_recorded(one)
    return Happened(_where_it_stood(state, final, kept), _unplanned_done(kept))


def _as_amended(told: Sequence[NumberedState], numbers: set[int]) -> list[NumberedState]:
    """The facts without amendments: each conclusion says what the last one of its own said."""
    found: list[NumberedState] = []
    standing: int | None = None
    for one in told:
        if one.number - 1 not in numbers:
            standing = None
        conclusion = one.fact.conclusion
        if standing is not None and conclusion is not None and one.fact.kind in _AMENDING:
            said = replace(found[standing].fact, conclusion=conclusion, on=conclusion.on)
            found[standing] = replace(found[standing], fact=said)
            continue
        if one.fact.kind is FactKind.CONCLUDED:
            standing = len(found)
        elif one.fact.kind in _OPENING:
            standing = None
        found.append(one)
    return found


def _days(told: Sequence[NumberedState]) -> list[date]:
    """When each happened; what opens, and the first one known, no later than all that follows."""
    earliest = date.max
    days: list[date] = []
    for one in reversed(told):
        earliest = min(earliest, one.fact.on)
        days.append(earliest if one.fact.kind in _OPENING or one is told[0] else one.fact.on)
    return days[::-1]


def _as_recorded(one: NumberedState) -> FollowUp:
    """The state after the fact; a conclusion is what its last amendment says."""
    return replace(one.after(), conclusion=one.fact.conclusion) if one.fact.conclusion is not None else one.after()


def _with(state: FollowUp, one: NumberedState) -> FollowUp:
    fact = one.fact
    if fact.kind in _AMENDING:
        return _as_recorded(one)
    taken_back = fact.kind in _TAKING_BACK and fact.step_id not in {entry.step_id for entry in state.entries}
    return state if taken_back else apply(replace(state, number=one.number - 1), fact)


def _where_it_stood(state: FollowUp, told: Sequence[NumberedState], kept: Sequence[NumberedState]) -> FollowUp:
    """A closed follow-up keeps its position, unless that rests on entries which happened after the day."""
    if state.closing not in (Closing.CONCLUDED, Closing.ARCHIVED):
        return state
    placed = max((one.number for one in kept if _places(one.fact)), default=0)
    known = {one.number for one in kept}
    if any(one.number < placed and one.number not in known and _is_entry(one.fact) for one in told):
        return replace(state, closed_position=_AS_ITS_ENTRIES_SAY)
    return state


def _unplanned_done(kept: Iterable[NumberedState]) -> int:
    done: dict[int | None, bool] = {}
    for one in kept:
        fact = one.fact
        if fact.kind is FactKind.INTERACTION_RECORDED:
            done[one.number] = True
        elif fact.step_id is None and fact.kind in (FactKind.INTERACTION_COMPLETED, FactKind.INTERACTION_REOPENED):
            done[fact.of] = fact.kind is FactKind.INTERACTION_COMPLETED
    return sum(done.values())


def _places(fact: Fact) -> bool:
    closes = fact.kind in (FactKind.CONCLUDED, FactKind.CLOSED_ARCHIVED)
    return closes or (fact.late and fact.kind is FactKind.STEP_COMPLETED)


def _is_entry(fact: Fact) -> bool:
    return fact.step_id is not None and fact.kind not in (FactKind.STEP_OVERDUE, FactKind.INTERACTION_AMENDED)


_AS_ITS_ENTRIES_SAY = ""
"""The id of no step: `standing.position_index` then goes by the entries (ADR 0011)."""
_AMENDING = {FactKind.CONCLUSION_AMENDED, FactKind.HOLDINGS_LINKED}
_OPENING = {
    FactKind.CLIENT_TARGETED,
    FactKind.TARGETED_AGAIN,
    FactKind.CONCLUSION_WITHDRAWN,
    FactKind.REOPENED_UNARCHIVED,
}
_TAKING_BACK = {FactKind.COMPLETION_UNDONE, FactKind.ENTRY_CANCELLED, FactKind.INTERACTION_CANCELLED}
