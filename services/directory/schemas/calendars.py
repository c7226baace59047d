"""The working days as they are said and shown."""

from datetime import date
from typing import Annotated, Self

import holidays
from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from services.directory.ports import Calendar
from services.directory.schemas.fields import Day, Line
from shared.contracts.wire import Incoming
from shared.runtime.calendar import WorkingCalendar
from shared.runtime.messages import Language

_MOST_DAYS = 1_000
_LANGUAGES: dict[Language, str] = {"fr": "fr", "en": "en_US"}
"""As the library of public holidays names them."""


class ClosingDay(Incoming):
    """A day on which the network is closed, and why."""

    day: Day
    label: Line


class CalendarPut(Incoming):
    """The whole calendar: it takes the place of the one before."""

    country: Annotated[str | None, Field(pattern="^[A-Z]{2}$", description="ISO 3166; null: no public holiday")] = "FR"
    subdivision: Annotated[str | None, Field(pattern="^[0-9A-Za-z-]{1,10}$", description="A part of the country")] = (
        None
    )
    closing_days: list[ClosingDay] = Field(default_factory=list, max_length=_MOST_DAYS)

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.country is not None and self.country not in holidays.list_supported_countries():
            raise PydanticCustomError("country_unknown", "no public holidays are known for this country")
        if self.country is None and self.subdivision is not None:
            raise PydanticCustomError("country_unknown", "a subdivision needs its country")
        try:
            WorkingCalendar(self.country, self.subdivision)
        except ValueError:
            raise PydanticCustomError("subdivision_unknown", "this country has no such subdivision") from None
        if len({closing.day for closing in self.closing_days}) < len(self.closing_days):
            raise PydanticCustomError("duplicate_in_call", "a day is named twice")
        return self

    def calendar(self, expected: int) -> Calendar:
        """What is to be kept after revision `expected`."""
        days = {closing.day: closing.label for closing in self.closing_days}
        return Calendar(self.country, self.subdivision, days, expected + 1)


class NamedDay(BaseModel):
    """A day on which nobody works, and why."""

    day: date
    label: str


class CalendarOut(BaseModel):
    """The calendar, and the public holidays of one year that follow from it. Revision 0 was never said."""

    country: str | None
    subdivision: str | None
    closing_days: list[NamedDay]
    revision: int
    year: int
    holidays: list[NamedDay]

    @classmethod
    def of(cls, calendar: Calendar, year: int, language: Language) -> Self:
        """The calendar as shown for a year, in a language."""
        named = WorkingCalendar(calendar.country, calendar.subdivision).holidays_of(year, _LANGUAGES[language])
        return cls(
            country=calendar.country,
            subdivision=calendar.subdivision,
            closing_days=[NamedDay(day=day, label=label) for day, label in calendar.closing_days.items()],
            revision=calendar.revision,
            year=year,
            holidays=[NamedDay(day=day, label=label) for day, label in named.items()],
        )
