"""Due dates kept up, and lateness told once (docs/domain.md, Due dates)."""

from services.followup.ports import DueDates
from services.followup.use_cases.house_commands import HouseCommands
from shared.runtime.clock import Clock

_PAGE = 500


class WatchDueDates:
    """One round: dates first, so that what is told as late goes by the present definition and calendar."""

    def __init__(self, due_dates: DueDates, house: HouseCommands, clock: Clock) -> None:
        self._due_dates = due_dates
        self._house = house
        self._clock = clock

    async def look(self) -> int:
        """Bring a page up to date, or else submit a page of late steps; answers how many were found."""
        dated = await self._due_dates.date_again()
        if dated:
            return dated
        late = await self._due_dates.late(self._clock.today(), _PAGE)
        await self._house.mark_overdue(late)
        return len(late)
