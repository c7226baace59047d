"""How a campaign's target is shared out among advisors, to the cent (docs/domain.md, Target allocation)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from shared.rulebook.errors import Invalid, Refused
from shared.rulebook.money import from_cents, has_places, largest_remainder, not_negative, to_cents

PERCENT_PLACES = 10
"""Decimals of a percentage: enough to give back every cent of targets up to some billion euros."""
_WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One advisor's part of the target: an `amount` in euros or a `percent` of the target, never both."""

    advisor_id: str
    amount: Decimal | None = None
    percent: Decimal | None = None


class Allocation(NamedTuple):
    """The amounts in euros in the order of the shares, and what nobody has; together they are the target."""

    amounts: tuple[Decimal, ...]
    unallocated: Decimal


def allocate(target: Decimal | None, shares: Sequence[Share]) -> Allocation:
    """The shares in euros and what stays unallocated (spec 2.5).

    Percentages are of the target and become whole cents by largest remainder, so that all sums to the target: ties in
    row order, unallocated last. Without target and shares nothing is allocated.
    Raises Invalid: `share_unclear` (neither or both), `advisor_twice`, `share_negative`, `percent_over_100`,
    `percent_not_exact`, `amount_*`; Refused: `allocation_without_target`, `over_target`.
    """
    for share in shares:
        _check_share(share)
    _check_together(shares)
    if target is None:
        if shares:
            raise Refused("allocation_without_target")
        return Allocation((), Decimal("0.00"))
    return _to_the_cent(not_negative(target), shares)


def check_target(target: Decimal | None, shares: Sequence[Share]) -> None:
    """Whether the target may become this one with these shares standing (spec 2.5).

    Raises Refused `target_below_allocated` or `allocation_without_target`, and the Invalid codes of `allocate`.
    """
    try:
        allocate(target, shares)
    except Refused as broken:
        raise Refused("target_below_allocated", broken.data) if broken.code == "over_target" else broken from None


def without(shares: Sequence[Share], advisor_id: str) -> tuple[Share, ...]:
    """The shares once an advisor is removed: that part is unallocated again (spec 2.5)."""
    return tuple(share for share in shares if share.advisor_id != advisor_id)


def as_percentages(target: Decimal | None, shares: Sequence[Share]) -> tuple[Share, ...]:
    """The shares of a duplicated campaign, all in per cent of its target (spec 2.7).

    Euros are rounded down at ten decimals, so that the sum never exceeds 100 %. A target of 0 gives no euros away,
    hence 0 %.
    """
    allocate(target, shares)
    return tuple(
        share
        if share.amount is None
        else Share(advisor_id=share.advisor_id, percent=_percentage(share.amount, target or Decimal(0)))
        for share in shares
    )


def _check_share(share: Share) -> None:
    about = {"advisor": share.advisor_id}
    if (share.amount is None) == (share.percent is None):
        raise Invalid("share_unclear", about)
    if (share.amount or 0) < 0 or (share.percent or 0) < 0:
        raise Invalid("share_negative", about)
    not_negative(share.amount or 0)
    if not has_places(share.percent or Decimal(0), PERCENT_PLACES):
        raise Invalid("percent_not_exact", about)


def _check_together(shares: Sequence[Share]) -> None:
    twice = [advisor for advisor, rows in Counter(share.advisor_id for share in shares).items() if rows > 1]
    if twice:
        raise Invalid("advisor_twice", {"advisors": twice})
    if sum(Fraction(share.percent or 0) for share in shares) > _WHOLE:
        raise Invalid("percent_over_100")


def _to_the_cent(target: Decimal, shares: Sequence[Share]) -> Allocation:
    cents = to_cents(target)
    exact = [_exact_cents(share, cents) for share in shares]
    unallocated = cents - sum(exact)
    if unallocated < 0:
        allocated = from_cents(-(-sum(exact) // 1))
        raise Refused("over_target", {"target": str(target), "allocated": str(allocated)})
    rows = [*exact, Fraction(unallocated)]
    common = lcm(*(row.denominator for row in rows))
    parts = largest_remainder([row.numerator * (common // row.denominator) for row in rows], common)
    *amounts, left = (from_cents(part) for part in parts)
    return Allocation(tuple(amounts), left)


def _exact_cents(share: Share, target: int) -> Fraction:
    if share.amount is not None:
        return Fraction(to_cents(share.amount))
    return Fraction(share.percent or 0) * target / _WHOLE


def _percentage(amount: Decimal, target: Decimal) -> Decimal:
    if not target:
        return Decimal(0)
    exact = Fraction(amount) * _WHOLE / Fraction(target)
    return Decimal(exact.numerator * 10**PERCENT_PLACES // exact.denominator).scaleb(-PERCENT_PLACES)
