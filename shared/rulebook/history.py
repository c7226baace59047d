"""Facts folded into the state of a follow-up (docs/domain.md, Follow-ups)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar, assert_never

from shared.rulebook.checklists import after_ticks
from shared.rulebook.errors import Invalid, Refused
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import Closing, EntryState, FollowUp, StepEntry
from shared.rulebook.money import not_negative
from shared.rulebook.pending import with_cancelled, with_pending, without_pending
from shared.rulebook.steps import Plan

Value = TypeVar("Value")


def targeted(
    *, entry_date: date, potential: Decimal, advisor_id: str, plan: Plan, today: date
) -> tuple[Fact, FollowUp]:
    """Fact number 1 of a follow-up and the state it begins with (spec 3.2); potential in euros.

    The entry date was checked against the campaign's dates. Raises Refused `archived`, Invalid `amount_*`.
    """
    if plan.archived:
        raise Refused("archived")
    fact = Fact(
        FactKind.CLIENT_TARGETED,
        today,
        plan.version,
        potential=not_negative(potential),
        entry_date=entry_date,
        advisor_id=advisor_id,
    )
    return fact, _first(fact)


def replay(facts: Iterable[Fact]) -> FollowUp:
    """The state that all facts of one follow-up give, in the order of their numbers. Invalid `no_facts` for none."""
    follow_up = None
    for fact in facts:
        follow_up = _first(fact) if follow_up is None else apply(follow_up, fact)
    if follow_up is None:
        raise Invalid("no_facts")
    return follow_up


def apply(follow_up: FollowUp, fact: Fact) -> FollowUp:
    """The state after one more fact, its number one higher. Invalid `fact_incomplete` when a field is wanting."""
    return replace(_changed(follow_up, fact), number=follow_up.number + 1)


def _first(fact: Fact) -> FollowUp:
    potential = _given(fact.potential, fact)
    return FollowUp(
        number=1,
        entry_date=_given(fact.entry_date, fact),
        potential=potential,
        initial_potential=potential,
        advisor_id=_given(fact.advisor_id, fact),
    )


def _changed(follow_up: FollowUp, fact: Fact) -> FollowUp:  # noqa: C901, PLR0911, PLR0912  one case per kind of fact
    match fact.kind:
        case FactKind.CLIENT_TARGETED:
            return _first(fact)
        case FactKind.STEP_BEGUN:
            return _with_entry(follow_up, fact, EntryState.BEGUN)
        case FactKind.STEP_COMPLETED:
            return _completed(follow_up, fact)
        case FactKind.COMPLETION_UNDONE | FactKind.ENTRY_CANCELLED:
            return _with_entry(follow_up, fact, EntryState.IDLE)
        case FactKind.INTERACTION_RECORDED:
            return follow_up
        case FactKind.INTERACTION_PLANNED:
            return with_pending(follow_up, follow_up.number + 1, _given(fact.interaction, fact))
        case FactKind.INTERACTION_REOPENED:
            return with_pending(follow_up, _given(fact.of, fact), _given(fact.interaction, fact))
        case FactKind.INTERACTION_AMENDED:
            return follow_up if fact.step_id is None else _ticked(follow_up, fact)
        case FactKind.INTERACTION_COMPLETED if fact.step_id is not None:
            return _with_entry(follow_up, fact, EntryState.COMPLETED)
        case FactKind.INTERACTION_CANCELLED if fact.step_id is not None:
            return _with_entry(follow_up, fact, EntryState.IDLE)
        case FactKind.INTERACTION_COMPLETED:
            return without_pending(follow_up, _given(fact.of, fact))
        case FactKind.INTERACTION_CANCELLED:
            return with_cancelled(follow_up, _given(fact.of, fact))
        case FactKind.CONCLUDED:
            concluded = replace(follow_up, conclusion=_given(fact.conclusion, fact))
            return replace(concluded, closing=Closing.CONCLUDED, closed_position=fact.position)
        case FactKind.CONCLUSION_AMENDED | FactKind.HOLDINGS_LINKED:
            return replace(follow_up, conclusion=_given(fact.conclusion, fact))
        case FactKind.CONCLUSION_WITHDRAWN | FactKind.REOPENED_UNARCHIVED:
            return _reopened(follow_up, fact.advisor_id)
        case FactKind.POTENTIAL_CHANGED:
            return replace(follow_up, potential=_given(fact.potential, fact))
        case FactKind.ENTRY_DATE_MOVED:
            return replace(follow_up, entry_date=_given(fact.entry_date, fact))
        case FactKind.REASSIGNED:
            return replace(follow_up, advisor_id=_given(fact.advisor_id, fact))
        case FactKind.CLIENT_WITHDRAWN:
            return replace(follow_up, closing=Closing.WITHDRAWN)
        case FactKind.TARGETED_AGAIN:
            again = replace(follow_up, entry_date=_given(fact.entry_date, fact), potential=_given(fact.potential, fact))
            return _reopened(_in_time(again), _given(fact.advisor_id, fact))
        case FactKind.STEP_OVERDUE:
            return replace(follow_up, overdue_step=_given(fact.step_id, fact), overdue_due_on=_given(fact.due_on, fact))
        case FactKind.CLOSED_ARCHIVED:
            return replace(follow_up, closing=Closing.ARCHIVED, closed_position=fact.position)
        case _:  # pragma: no cover
            assert_never(fact.kind)


def _completed(follow_up: FollowUp, fact: Fact) -> FollowUp:
    done = _with_entry(follow_up, fact, EntryState.COMPLETED)
    if done.overdue_step == fact.step_id:
        done = _in_time(done)
    if done.conclusion is None:
        return done
    missing = tuple(step_id for step_id in done.conclusion.missing if step_id != fact.step_id)
    return replace(done, conclusion=replace(done.conclusion, missing=missing), closed_position=fact.position)


def _in_time(follow_up: FollowUp) -> FollowUp:
    return replace(follow_up, overdue_step=None, overdue_due_on=None)


def _with_entry(follow_up: FollowUp, fact: Fact, state: EntryState) -> FollowUp:
    step_id = _given(fact.step_id, fact)
    entries = {entry.step_id: entry for entry in follow_up.entries}
    first = min(entries[step_id].first_version, fact.version) if step_id in entries else fact.version
    completed_on = fact.on if state is EntryState.COMPLETED else None
    # A cancelled entry is as if not begun; a completion taken back leaves the items ticked.
    cancelled = fact.kind in {FactKind.ENTRY_CANCELLED, FactKind.INTERACTION_CANCELLED}
    ticked = () if cancelled or step_id not in entries else entries[step_id].ticked
    entries[step_id] = StepEntry(step_id, state, fact.version, first, completed_on, after_ticks(ticked, fact))
    return replace(follow_up, entries=tuple(entries.values()))


def _ticked(follow_up: FollowUp, fact: Fact) -> FollowUp:
    entries = tuple(
        replace(entry, ticked=after_ticks(entry.ticked, fact)) if entry.step_id == fact.step_id else entry
        for entry in follow_up.entries
    )
    return replace(follow_up, entries=entries)


def _reopened(follow_up: FollowUp, advisor_id: str | None) -> FollowUp:
    return replace(
        follow_up,
        closing=None,
        conclusion=None,
        closed_position=None,
        advisor_id=advisor_id or follow_up.advisor_id,
    )


def _given(value: Value | None, fact: Fact) -> Value:
    if value is None:
        raise Invalid("fact_incomplete", {"kind": fact.kind.value})
    return value
