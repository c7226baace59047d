"""The formulas of supervision, on whole numbers that somebody counted (docs/domain.md, Indicators).

Amounts are exact euros; counts are of targeted clients, withdrawn ones never among them. A target of None is no target.
Which follow-up counts where is in `counting`, rates and days are in `rates`; both are offered here too.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from shared.rulebook.counting import ClientResult, counts_for_conversion, passing_steps, result_of
from shared.rulebook.money import share_out
from shared.rulebook.rates import Days, Number, Rate, days_of, two_decimals

__all__ = [
    "ClientCounts",
    "ClientResult",
    "Days",
    "Number",
    "PaceRow",
    "Rate",
    "StepCounts",
    "achievement",
    "conversion_rate",
    "counts_for_conversion",
    "coverage",
    "days_of",
    "linked_difference",
    "pace",
    "pace_over",
    "pass_through_rate",
    "passing_steps",
    "prorated_target",
    "recorded_and_not",
    "remaining_to_target",
    "result_of",
    "share_by_potential",
    "shortfall",
    "step_completion_rate",
    "surplus",
    "take_up_rate",
    "target_read",
    "two_decimals",
]

_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class PaceRow:
    """What one campaign brings into the pace of several."""

    collected: Decimal
    target: Decimal | None
    days: Days


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCounts:
    """Targeted clients by result (spec 8.3)."""

    accepted: int = 0
    refused: int = 0
    in_progress: int = 0
    closed_without_conclusion: int = 0

    @property
    def total(self) -> int:
        """All targeted clients."""
        return self.accepted + self.refused + self.in_progress + self.closed_without_conclusion

    def rate(self, result: ClientResult) -> Rate:
        """The clients of one result, of all."""
        return Rate(getattr(self, result.value), self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCounts:
    """Targeted clients at one step by group (spec 8.6)."""

    done: int = 0
    not_reached: int = 0
    open: int = 0
    left: int = 0
    skipped: int = 0

    @property
    def concerned(self) -> int:
        """Clients who are at the step or have done it."""
        return self.open + self.done

    @property
    def no_longer_concerned(self) -> int:
        """Clients whose follow-up closed at the step."""
        return self.left


def target_read(whole: Decimal | None, shares_read: Sequence[Decimal], *, reads_all: bool) -> Decimal | None:
    """The target that a reader sees: the whole one with ALL on the whole campaign, else the shares read (spec 8.1).

    Unallocated belongs to nobody; without a share there is no target.
    """
    if reads_all or whole is None:
        return whole
    return sum(shares_read, _NOTHING) if shares_read else None


def remaining_to_target(target: Decimal | None, collected: Decimal) -> Decimal | None:
    """Euros still to collect: max(0, T - C) (spec 8.1)."""
    return None if target is None else max(_NOTHING, target - collected)


def surplus(target: Decimal | None, collected: Decimal) -> Decimal | None:
    """Euros collected beyond the target: max(0, C - T) (spec 8.1)."""
    return None if target is None else max(_NOTHING, collected - target)


def achievement(collected: Decimal, target: Decimal | None) -> Rate:
    """Collected over target: C / T (spec 8.1)."""
    return Rate(collected, target or 0)


def coverage(potential: Decimal, target: Decimal | None) -> Rate:
    """Initial potential over target: P / T (spec 8.1)."""
    return Rate(potential, target or 0)


def shortfall(target: Decimal | None, collected: Decimal, remaining_potential: Decimal) -> Decimal | None:
    """Euros that even the remaining potential cannot bring: max(0, remaining to target - remaining potential)."""
    remaining = remaining_to_target(target, collected)
    return None if remaining is None else max(_NOTHING, remaining - remaining_potential)


def prorated_target(target: Decimal, days: Days) -> Fraction:
    """The euros that should be collected by now, unrounded: T x elapsed / total days (spec 8.2)."""
    return Fraction(target) * days.elapsed / days.total


def pace(collected: Decimal, target: Decimal | None, days: Days) -> Rate:
    """Collected over the prorated target of one campaign (spec 8.2); no rate without a target or before the start."""
    return pace_over([PaceRow(collected, target, days)])


def pace_over(rows: Iterable[PaceRow]) -> Rate:
    """The pace of several campaigns: sum over sum, of those that have a target (spec 8.2)."""
    collected, prorated = _NOTHING, Fraction(0)
    for row in rows:
        if row.target is not None:
            collected += row.collected
            prorated += prorated_target(row.target, row.days)
    return Rate(collected, prorated)


def conversion_rate(successes: int, counted: int) -> Rate:
    """Successes over the follow-ups that `counts_for_conversion` (spec 8.4)."""
    return Rate(successes, counted)


def take_up_rate(successes: int, targeted: int) -> Rate:
    """Successes over targeted clients (spec 8.5)."""
    return Rate(successes, targeted)


def step_completion_rate(counts: StepCounts) -> Rate:
    """Done over concerned (spec 8.6)."""
    return Rate(counts.done, counts.concerned)


def pass_through_rate(passed: int, done: int, *, last: bool = False) -> Rate:
    """Of those done at a step, the share that passed on, as `passing_steps` says (spec 8.6); the last step has none."""
    return Rate(0, 0) if last else Rate(passed, done)


def share_by_potential(total: Decimal, potentials: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What each client gets of a total concluded at once, by current potential in euros (spec 5.10).

    Equal parts where all potentials are 0; exact to the cent, ties by client id. Raises Invalid as `share_out`.
    """
    clients = sorted(potentials)
    return dict(zip(clients, share_out(total, [potentials[client] for client in clients]), strict=True))


def recorded_and_not(shares: Mapping[str, Decimal], recorded: AbstractSet[str]) -> tuple[Decimal, Decimal]:
    """The euros of the clients recorded and of those refused later; together they are the total (spec 5.10)."""
    done = sum((share for client, share in shares.items() if client in recorded), _NOTHING)
    return done, sum(shares.values(), _NOTHING) - done


def linked_difference(collected: Decimal, transactions: Sequence[Decimal]) -> Decimal | None:
    """Sum of the linked transactions less the amount collected; None when only accounts are linked (spec 5.8)."""
    return sum(transactions, -collected) if transactions else None
