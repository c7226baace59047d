"""Numbers, euros, rates and days as a reader of each language writes them on paper."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from services.reporting.ports.exporting import Language

NONE = "–"
"""Shown for what does not exist (spec 8.9)."""
_LOCALES = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}  # a locale given as text is parsed at each call


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of one language."""

    language: Language

    def euros(self, amount: Decimal | None) -> str:
        """`1 234,50 €` or `€1,234.50`, to the cent."""
        if amount is None:
            return NONE
        number = format_decimal(amount, "#,##0.00", locale=self._locale)
        if self.language == "fr":
            return f"{number}\u00a0€"
        return f"-€{number[1:]}" if number.startswith("-") else f"€{number}"

    def percent(self, rate: str | None) -> str:
        """`59,80 %` or `59.80%` of a rate given in per cent, as a decimal text."""
        if rate is None:
            return NONE
        number = format_decimal(Decimal(rate), "#,##0.00", locale=self._locale)
        return f"{number}\u00a0%" if self.language == "fr" else f"{number}%"

    def count(self, number: int | None) -> str:
        """A whole number in groups of three."""
        return NONE if number is None else format_decimal(number, "#,##0", locale=self._locale)

    def day(self, day: date | None) -> str:
        """`20 avr. 2026` or `20 Apr 2026`."""
        return NONE if day is None else format_date(day, "d MMM y", locale=self._locale)

    def moment(self, instant: datetime) -> str:
        """Day and time, in the zone that the moment is given in."""
        return f"{self.day(instant.date())}, {format_time(instant.time(), 'HH:mm', locale=self._locale)}"

    @property
    def _locale(self) -> Locale:
        return _LOCALES[self.language]
