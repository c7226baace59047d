"""Exact euros: what an amount is, how it is read, and how a total is shared to the cent (docs/domain.md, Money)."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from math import lcm

from shared.rulebook.errors import Invalid

_TOO_MUCH = 10**16
_SPACES = re.compile("[ \u00a0\u202f\u2009'’€]")
_NUMBER = re.compile(r"[-−+]?[0-9][0-9.,]*")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}(?:\1[0-9]{3})*")


def euros(value: Decimal | str | int) -> Decimal:
    """The amount in euros with exactly two decimals, as stored in numeric(18,2).

    Raises Invalid: `amount_invalid` (no finite number), `amount_too_large`, `amount_not_exact` (a fraction of a cent).
    """
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise Invalid("amount_invalid", {"amount": str(value)}) from None
    if not amount.is_finite():
        raise Invalid("amount_invalid", {"amount": str(value)})
    if abs(amount) >= _TOO_MUCH:
        raise Invalid("amount_too_large", {"amount": str(value)})
    if not has_places(amount, 2):
        raise Invalid("amount_not_exact", {"amount": str(value)})
    return amount.quantize(Decimal("0.01")) + 0


def not_negative(value: Decimal | str | int) -> Decimal:
    """The amount as `euros` gives it; Invalid `amount_negative` below zero."""
    amount = euros(value)
    if amount < 0:
        raise Invalid("amount_negative", {"amount": str(amount)})
    return amount


def parse_money(text: str) -> Decimal:
    """The euros that a person or a CSV file wrote: `1 234,56`, `1,234.56`, `1.234,56`, `1234.5`, `12 €`.

    The last separator is the decimal one, unless the number can only be grouped thousands. `1,234` alone could be
    either and is refused as `amount_ambiguous`; the other codes are those of `euros`.
    """
    compact = _SPACES.sub("", text)
    if not _NUMBER.fullmatch(compact):
        raise Invalid("amount_invalid", {"amount": text})
    sign, digits = ("-", compact[1:]) if compact[0] in "-−" else ("", compact.removeprefix("+"))
    return euros(sign + _with_point(digits, text))


def share_out(total: Decimal, weights: Sequence[Decimal | int]) -> tuple[Decimal, ...]:
    """The total in euros shared by weight to the cent, in the order of the weights (spec 2.5, 5.10).

    Largest remainder: each gets the whole cents of its exact share, and the cents left go to the largest remainders,
    ties in row order. Equal parts when all weights are 0. The parts always sum to the total.
    Raises Invalid: `nothing_to_share_among`, `weight_negative`, `amount_negative` and the codes of `euros`.
    """
    if not weights:
        raise Invalid("nothing_to_share_among")
    if any(weight < 0 for weight in weights):
        raise Invalid("weight_negative")
    cents = to_cents(not_negative(total))
    whole = _whole(weights) if any(weights) else [1] * len(weights)
    return tuple(from_cents(part) for part in largest_remainder([cents * weight for weight in whole], sum(whole)))


def largest_remainder(numerators: Sequence[int], denominator: int) -> list[int]:
    """The exact parts `numerator / denominator` as whole numbers with the same sum; ties in row order.

    The parts must sum to a whole number.
    """
    parts = [numerator // denominator for numerator in numerators]
    left = sum(numerators) // denominator - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda row: -(numerators[row] % denominator))
    for row in by_remainder[:left]:
        parts[row] += 1
    return parts


def has_places(value: Decimal, places: int) -> bool:
    """Whether the value is exact with that many decimals, whatever zeros follow."""
    # By its digits: decimal arithmetic would round a long tail away before it could be seen.
    _, digits, exponent = value.as_tuple()
    beyond = -places - int(exponent)
    return beyond <= 0 or not any(digits[-beyond:])


def to_cents(amount: Decimal) -> int:
    """An exact amount in euros as a whole number of cents."""
    return int(amount.scaleb(2))


def from_cents(cents: int) -> Decimal:
    """A whole number of cents in euros."""
    return Decimal(cents).scaleb(-2)


def _whole(weights: Sequence[Decimal | int]) -> list[int]:
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = lcm(*{denominator for _, denominator in ratios})
    return [numerator * (common // denominator) for numerator, denominator in ratios]


def _with_point(digits: str, text: str) -> str:
    separators = re.sub("[0-9]", "", digits)
    if not separators:
        return digits
    decimal = separators[-1]
    if len(set(separators)) == 1 and _GROUPED.fullmatch(digits):
        if len(separators) == 1:
            raise Invalid("amount_ambiguous", {"amount": text})
        return digits.replace(decimal, "")
    whole, _, cents = digits.rpartition(decimal)
    if len(separators) > 1 and not (separators.count(decimal) == 1 and _GROUPED.fullmatch(whole)):
        raise Invalid("amount_invalid", {"amount": text})
    return f"{re.sub('[.,]', '', whole)}.{cents}"
