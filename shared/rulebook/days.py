"""Days as people and files write them (docs/domain.md, Days)."""

import re
from datetime import date

from shared.rulebook.errors import Invalid

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00)?)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})(?: 00:00(?::00)?)?")
_SHOWN = 40


def require_not_ahead(day: date, today: date) -> None:
    """Figures are as of today or a day before (spec 8.0). Raises Invalid `as_of_in_future`."""
    if day > today:
        raise Invalid("as_of_in_future", {"as_of": day.isoformat(), "today": today.isoformat()})


def parse_day(text: str) -> date:
    """The day that a person or a file wrote: `2026-05-04`, or day first as in French and British: `04/05/2026`.

    Raises Invalid `date_invalid`: a year of two digits, a month before the day, what is no day.
    """
    compact = text.strip()
    if found := _ISO.fullmatch(compact):
        year, month, day = found[1], found[2], found[3]
    elif found := _DAY_FIRST.fullmatch(compact):
        year, month, day = found[4], found[3], found[1]
    else:
        raise Invalid("date_invalid", {"date": text[:_SHOWN]})
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Invalid("date_invalid", {"date": text[:_SHOWN]}) from None
