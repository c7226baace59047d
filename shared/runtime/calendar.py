"""The days on which the deployment works: no weekend, no public holiday of its country, no closing day of its own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

import holidays

_SATURDAY = 5
_FIRST_YEAR, _LAST_YEAR = 1970, 2100


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Satisfies `rulebook.due_dates.WorkingDays`; `country` None has no public holidays."""

    country: str | None
    subdivision: str | None = None
    closing_days: frozenset[date] = frozenset()
    _holidays: Mapping[date, str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """ValueError when the library knows no such country or subdivision."""
        object.__setattr__(self, "_holidays", _of(self.country, self.subdivision))

    def is_working(self, day: date) -> bool:
        """Whether the network works on this day."""
        return day.weekday() < _SATURDAY and day not in self.closing_days and not self._is_holiday(day)

    def holidays_of(self, year: int, language: str) -> dict[date, str]:
        """The public holidays of a year by their names; none beyond the years that the library knows."""
        found = _of(self.country, self.subdivision, years=(year,), language=language)
        return {day: found[day] for day in sorted(found)}

    def _is_holiday(self, day: date) -> bool:
        # The library keeps each year it was asked for: far ones would only grow it.
        return _FIRST_YEAR <= day.year <= _LAST_YEAR and day in self._holidays


def _of(
    country: str | None, subdivision: str | None, *, years: Collection[int] = (), language: str | None = None
) -> Mapping[date, str]:
    if country is None:
        return {}
    try:
        return holidays.country_holidays(country, subdiv=subdivision, years=years, language=language)
    except NotImplementedError as unknown:
        raise ValueError(str(unknown)) from unknown


FRENCH = WorkingCalendar("FR")
"""What holds until an administrator says otherwise."""
