"""Due dates as the follow-up service keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.contracts.directory import CalendarChanged


@dataclass(frozen=True, slots=True)
class LateStep:
    """A step past its due date that is not recorded as late; `number` is the follow-up's last fact."""

    follow_up_id: str
    number: int
    step_id: str
    due_on: date


class DueDates(Protocol):
    """Where follow-ups stand, since when and until when: kept up fact by fact, and computed again where need be."""

    async def keep_calendar(self, calendar: CalendarChanged) -> None:
        """Keep the calendar as last told."""

    async def date_again(self) -> int:
        """Bring one page up to date after another definition or calendar; answers how many, 0 when nothing is left."""

    async def late(self, today: date, limit: int) -> Sequence[LateStep]:
        """Open follow-ups whose step is late and was not submitted as such since their last fact."""
