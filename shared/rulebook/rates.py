"""Rates from whole numbers, and the days of a campaign (docs/domain.md, Indicators)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

Number = int | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Rate:
    """A numerator over a denominator, both shown beside the rate (spec 8.9)."""

    numerator: Number
    denominator: Number

    @property
    def exact(self) -> Fraction | None:
        """The rate unrounded, to be compared; None without a denominator."""
        return Fraction(self.numerator) / Fraction(self.denominator) if self.denominator else None

    @property
    def percent(self) -> str | None:
        """The rate in per cent with two decimals, half up; None without a denominator."""
        return None if self.exact is None else str(two_decimals(self.exact * 100))


@dataclass(frozen=True, slots=True)
class Days:
    """Days of a campaign on some day; `elapsed` counts both its first day and the day itself."""

    elapsed: int
    total: int

    @property
    def remaining(self) -> int:
        """Days after the day itself."""
        return self.total - self.elapsed


def days_of(start: date, end: date, today: date) -> Days:
    """Elapsed and total days, both inclusive, elapsed from 0 before the start to the total (spec 8.1, 8.2)."""
    total = (end - start).days + 1
    return Days(elapsed=min(max((today - start).days + 1, 0), total), total=total)


def two_decimals(number: Number) -> Decimal:
    """The number with two decimals, half up (away from zero)."""
    hundredths = (abs(Fraction(number)) * 200 + 1) // 2
    return Decimal(hundredths if number >= 0 else -hundredths).scaleb(-2)
