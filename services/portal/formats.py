"""Numbers, euros and dates as people of each language read them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_decimal, format_percent

from services.portal.locale import Language

NONE = "–"
"""Shown for what does not exist."""
_LOCALES = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}  # a locale given as text is parsed at each call


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of one language."""

    language: Language
    zone: tzinfo

    def euros(self, amount: str | Decimal | None, *, cents: bool = False) -> str:
        """`1 234 €` or `€1,234`; with cents where one row is looked at closely."""
        if amount is None:
            return NONE
        rounded = Decimal(amount).quantize(Decimal("0.01") if cents else Decimal(1), ROUND_HALF_UP)
        number = format_decimal(rounded, "#,##0.00" if cents else "#,##0", locale=self._locale)
        if self.language == "fr":
            return f"{number}\u00a0€"
        return f"-€{number[1:]}" if number.startswith("-") else f"€{number}"

    def typed(self, amount: str | Decimal | None, places: int = 2) -> str:
        """A number as people of this language type it: `1 234,50` or `1,234.50`; empty for none."""
        if amount is None:
            return ""
        number = format_decimal(
            Decimal(amount), "#,##0." + "0" * places, locale=self._locale, decimal_quantization=False
        )
        return re.sub(r"\s", " ", number)

    def percent(self, rate: str | Decimal | None) -> str:
        """`59,80 %` or `59.80%` of a rate given in per cent."""
        if rate is None:
            return NONE
        return format_percent(
            Decimal(rate) / 100, "#,##0.00\u202f%" if self.language == "fr" else "#,##0.00%", locale=self._locale
        )

    def count(self, number: int | None) -> str:
        """A whole number in groups of three."""
        return NONE if number is None else format_decimal(number, "#,##0", locale=self._locale)

    def amount(self, amount: str | Decimal | None) -> str:
        """`1 234,56` or `1,234.56`, as it stands in a field; nothing for none."""
        return "" if amount is None else format_decimal(Decimal(amount), "#,##0.00", locale=self._locale)

    def decimal(self, number: str | Decimal | None) -> str:
        """`1 146,6` or `1,146.6`: a mean, to one place."""
        return NONE if number is None else format_decimal(Decimal(number), "#,##0.0", locale=self._locale)

    def day(self, day: str | date | None) -> str:
        """`20 avr. 2026` or `20 Apr 2026`."""
        if day is None:
            return NONE
        given = date.fromisoformat(day) if isinstance(day, str) else day
        return format_date(given, "d MMM y", locale=self._locale)

    def moment(self, instant: str | datetime) -> str:
        """Day and time in the deployment's zone."""
        given = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        local = given.astimezone(self.zone)
        return f"{self.day(local.date())}, {format_time(local, 'HH:mm', locale=self._locale)}"

    def age(self, instant: str | datetime, now: datetime) -> str:
        """How long ago, in its largest unit: `3 min`, `5 h`, `2 j` or `2d`."""
        given = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        return format_timedelta(max(now - given, timedelta()), format="short", threshold=1, locale=self._locale)

    @property
    def functions(self) -> dict[str, Callable[..., str]]:
        """All of them by the names that templates use."""
        return {
            "amount": self.amount,
            "euros": self.euros,
            "percent": self.percent,
            "count": self.count,
            "decimal": self.decimal,
            "day": self.day,
            "moment": self.moment,
            "age": self.age,
        }

    @property
    def _locale(self) -> Locale:
        return _LOCALES[self.language]
