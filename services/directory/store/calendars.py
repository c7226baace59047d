"""The working days in PostgreSQL: one row, told when it changes."""

import json
from datetime import date
from typing import Any

from sqlalchemy import select, text

from services.directory.ports import Author, Calendar
from services.directory.tables import calendar as table
from shared.contracts.directory import CalendarChanged
from shared.runtime.database import Database
from shared.runtime.outbox import enqueue

_REPLACE = text(
    "insert into calendar as kept (country, subdivision, closing_days, revision, changed_at, changed_by)"
    " select :country, :subdivision, cast(:closing_days as jsonb), :revision, :changed_at, :changed_by"
    " where :revision = 1 or exists (select from calendar)"
    " on conflict (one) do update set country = excluded.country, subdivision = excluded.subdivision,"
    " closing_days = excluded.closing_days, revision = excluded.revision, changed_at = excluded.changed_at,"
    " changed_by = excluded.changed_by where kept.revision = excluded.revision - 1"
)


class PostgresCalendars:
    """See `ports.Calendars`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def kept(self) -> Calendar:
        """As last said; France until then."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(table))).one_or_none()
        return Calendar() if row is None else _calendar(row)

    async def replace(self, calendar: Calendar, author: Author) -> bool:
        """One transaction for the row and the event."""
        row = {
            "country": calendar.country,
            "subdivision": calendar.subdivision,
            "closing_days": json.dumps({day.isoformat(): why for day, why in calendar.closing_days.items()}),
            "revision": calendar.revision,
            "changed_at": author.at,
            "changed_by": author.by,
        }
        async with self._database.transaction() as connection:
            if not (await connection.execute(_REPLACE, row)).rowcount:
                return False
            await enqueue(connection, [_told(calendar)], source="directory")
        return True


def _calendar(row: Any) -> Calendar:
    days = {date.fromisoformat(day): why for day, why in sorted(row.closing_days.items())}
    return Calendar(row.country, row.subdivision, days, row.revision)


def _told(calendar: Calendar) -> CalendarChanged:
    return CalendarChanged(
        country=calendar.country,
        subdivision=calendar.subdivision,
        closing_days=tuple(sorted(calendar.closing_days)),
        revision=calendar.revision,
    )
