"""What one follow-up adds to the counters, and the differences of many (docs/domain.md, Supervision)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from operator import add, sub
from typing import Any

from services.reporting.ports.counting import AmountKey, Generation, Row, StepKey
from services.reporting.ports.standing import Amounts, StepAmounts, StepPart
from shared.rulebook.counting import ClientResult, counts_for_conversion, passing_steps, result_of
from shared.rulebook.follow_up import EntryState, FollowUp
from shared.rulebook.progression import groups, unplanned_by_removal
from shared.rulebook.standing import is_overdue
from shared.rulebook.steps import Plan

ALWAYS_OPEN = date.min
"""`opens_on` of a closed follow-up, for whom the day does not matter."""

_NOTHING = Decimal(0)
_NO_AMOUNTS = Amounts()
_NO_STEP_AMOUNTS = StepAmounts()


class Differences:
    """What many follow-ups change in the counters, summed by counter."""

    def __init__(self) -> None:
        self._amounts: dict[AmountKey, Amounts] = {}
        self._steps: dict[StepKey, StepAmounts] = {}

    @property
    def amounts(self) -> Mapping[AmountKey, Amounts]:
        """The counters of clients and euros that change."""
        return {key: difference for key, difference in self._amounts.items() if any(difference)}

    @property
    def steps(self) -> Mapping[StepKey, StepAmounts]:
        """The counters of steps that change."""
        return {key: difference for key, difference in self._steps.items() if any(difference)}

    def touched(self) -> set[tuple[str, str]]:
        """The campaigns and advisors of record whose counters change."""
        of_amounts = {(key.campaign_id, key.advisor_id) for key in self.amounts}
        return of_amounts | {(key.campaign_id, key.advisor_id) for key in self.steps}

    def move(self, before: Row | None, after: Row, generation: Generation) -> None:
        """The follow-up was counted as `before` in this generation (None: not at all) and is now to be as `after`."""
        if before is not None:
            self._change(before, generation, sub)
        self._change(after, generation, add)

    def _change(self, row: Row, generation: Generation, operator: Callable[[Any, Any], Any]) -> None:
        for amount_key, amounts in _amounts(row, generation):
            held = self._amounts.get(amount_key, _NO_AMOUNTS)
            self._amounts[amount_key] = Amounts(*map(operator, held, amounts))
        for step_key, step_amounts in _steps(row, generation):
            held_steps = self._steps.get(step_key, _NO_STEP_AMOUNTS)
            self._steps[step_key] = StepAmounts(*map(operator, held_steps, step_amounts))


def contacts(state: FollowUp, plan: Plan) -> int:
    """Completed steps, and begun entries that became unplanned interactions when their step was removed."""
    completed = sum(entry.state is EntryState.COMPLETED for entry in state.entries)
    return completed + len(unplanned_by_removal(state, plan))


def amounts_of(row: Row, generation: Generation) -> Amounts:
    """What one follow-up adds to the counters of clients and euros; nothing when it is withdrawn."""
    return next((amounts for _, amounts in _amounts(row, generation)), _NO_AMOUNTS)


def steps_of(row: Row, generation: Generation) -> list[StepPart]:
    """What one follow-up adds to the counters of steps."""
    return [StepPart(*key[-3:], amounts) for key, amounts in _steps(row, generation)]


def _amounts(row: Row, generation: Generation) -> Iterator[tuple[AmountKey, Amounts]]:
    state, plan = row.state, generation.plan
    result = result_of(state)
    if result is None:
        return
    in_progress = result is ClientResult.IN_PROGRESS
    while_open, while_waiting = _days(state)
    yield (
        AmountKey(row.campaign_id, generation.number, state.advisor_id, _opens_on(state)),
        Amounts(
            clients=1,
            accepted=int(result is ClientResult.ACCEPTED),
            refused=int(result is ClientResult.REFUSED),
            in_progress=int(in_progress),
            archived=int(result is ClientResult.CLOSED_WITHOUT_CONCLUSION),
            contacts=contacts(state, plan) + row.interactions,
            converting=int(counts_for_conversion(state, plan, while_open)),
            converting_while_waiting=int(counts_for_conversion(state, plan, while_waiting)),
            overdue=int(is_overdue(state, plan)),
            potential=state.initial_potential,
            remaining_potential=state.potential if in_progress else _NOTHING,
            collected=state.conclusion.collected if state.conclusion is not None else _NOTHING,
        ),
    )


def _steps(row: Row, generation: Generation) -> Iterator[tuple[StepKey, StepAmounts]]:
    state, plan = row.state, generation.plan
    success = result_of(state) is ClientResult.ACCEPTED
    while_open = groups(state, plan, waiting=False)
    while_waiting = groups(state, plan, waiting=True) if state.closing is None else while_open
    passing = passing_steps(while_open, plan, success=success)
    passing_while_waiting = passing_steps(while_waiting, plan, success=success)
    for step_id, group in while_open.items():
        yield (
            StepKey(
                row.campaign_id,
                generation.number,
                state.advisor_id,
                _opens_on(state),
                step_id,
                group.value,
                while_waiting[step_id].value,
            ),
            StepAmounts(1, int(step_id in passing), int(step_id in passing_while_waiting)),
        )


def _opens_on(state: FollowUp) -> date:
    return state.entry_date if state.closing is None else ALWAYS_OPEN


def _days(state: FollowUp) -> tuple[date, date]:
    """A day on which the follow-up, while not closed, is OPEN, and one on which it is WAITING."""
    return state.entry_date, state.entry_date - timedelta(days=1)
