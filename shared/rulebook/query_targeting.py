"""What a client found by a query enters a campaign with (docs/domain.md, Clients)."""

from decimal import ROUND_HALF_UP, Decimal

from shared.rulebook.errors import Invalid

_CENT = Decimal("0.01")
_WHOLE = Decimal(100)


def check_percent(percent: Decimal) -> Decimal:
    """The per cent of an attribute that makes a potential: above 0, up to 100; Invalid `percent_out_of_range`."""
    if not percent.is_finite() or not 0 < percent <= _WHOLE:
        raise Invalid("percent_out_of_range", {"from": "0", "to": "100"})
    return percent


def potential_from(number: Decimal | None, percent: Decimal) -> Decimal:
    """So many per cent of the number in euros, half up to the cent; 0 without a number, or below it."""
    if number is None or number <= 0:
        return Decimal("0.00")
    return (number * percent / _WHOLE).quantize(_CENT, ROUND_HALF_UP)
