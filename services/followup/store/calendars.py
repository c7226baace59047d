"""The deployment's calendar as the directory last told it, built once per revision."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.directory import CalendarChanged
from shared.runtime.calendar import FRENCH, WorkingCalendar

_KEEP = sa.text(
    """
    insert into calendar (country, subdivision, closing_days, revision)
    values (:country, :subdivision, cast(:closing_days as date[]), :revision)
    on conflict (one) do update
    set country = excluded.country, subdivision = excluded.subdivision, closing_days = excluded.closing_days,
        revision = excluded.revision
    where calendar.revision < excluded.revision
    """
)
_REVISION = sa.text("select revision from calendar")
_CALENDAR = sa.text("select country, subdivision, closing_days, revision from calendar")


@dataclass(frozen=True, slots=True)
class Revised:
    """A calendar and its revision; 0 is the one that holds until the directory tells another."""

    revision: int
    days: WorkingCalendar


class Calendars:
    """Asks for the revision each time, since any replica may have been told another."""

    def __init__(self) -> None:
        self._present = Revised(0, FRENCH)

    async def present(self, conn: AsyncConnection) -> Revised:
        """The calendar in the revision that this transaction sees."""
        revision = (await conn.execute(_REVISION)).scalar_one_or_none() or 0
        if revision != self._present.revision:
            row = (await conn.execute(_CALENDAR)).one()
            days = WorkingCalendar(row.country, row.subdivision, frozenset(row.closing_days))
            self._present = Revised(row.revision, days)
        return self._present


async def keep(conn: AsyncConnection, calendar: CalendarChanged) -> None:
    """Keep it if its revision is higher."""
    parameters = {
        "country": calendar.country,
        "subdivision": calendar.subdivision,
        "closing_days": list(calendar.closing_days),
        "revision": calendar.revision,
    }
    await conn.execute(_KEEP, parameters)
