"""The deployment's calendar, as the directory tells it."""

from collections.abc import Sequence

from services.followup.ports import DueDates
from shared.contracts.directory import CalendarChanged
from shared.contracts.wire import CloudEvent
from shared.runtime.messaging import Bus


async def hear_calendar(bus: Bus, due_dates: DueDates) -> None:
    """Keep what comes."""

    async def keep(events: Sequence[CloudEvent[CalendarChanged]]) -> None:
        for event in events:
            await due_dates.keep_calendar(event.data)

    await bus.consume("followup-calendar", [CalendarChanged], keep)
