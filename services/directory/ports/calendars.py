"""The deployment's working days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from services.directory.ports.people import Author


@dataclass(frozen=True, slots=True)
class Calendar:
    """The public holidays of a country, and closing days with their reasons. Revision 0 was never said."""

    country: str | None = "FR"
    subdivision: str | None = None
    closing_days: Mapping[date, str] = field(default_factory=dict)
    revision: int = 0


class Calendars(Protocol):
    """Where the working days are kept."""

    async def kept(self) -> Calendar:
        """As last said."""

    async def replace(self, calendar: Calendar, author: Author) -> bool:
        """Keep the calendar in place of the revision before its own, and tell; False when another came first."""
