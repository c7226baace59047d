"""The other services, asked over NATS."""

from datetime import date

from shared.contracts.directory import AddressFound, CalendarFound, PersonAddress, PresentCalendar
from shared.contracts.to_do import WorkFound, WorkOf
from shared.runtime.calendar import WorkingCalendar
from shared.runtime.messaging import Bus

_PATIENCE = 10.0


class AskedNeighbours:
    """See `ports.digests.Neighbours`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def is_working(self, day: date) -> bool:
        """See the port."""
        found = await self._bus.ask(PresentCalendar(), CalendarFound, timeout=_PATIENCE)
        return WorkingCalendar(found.country, found.subdivision, frozenset(found.closing_days)).is_working(day)

    async def address(self, user_id: str) -> AddressFound:
        """See the port."""
        return await self._bus.ask(PersonAddress(user_id=user_id), AddressFound, timeout=_PATIENCE)

    async def work(self, user_id: str, limit: int) -> WorkFound:
        """See the port."""
        return await self._bus.ask(WorkOf(user_id=user_id, limit=limit), WorkFound, timeout=_PATIENCE)
