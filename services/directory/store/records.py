"""Reading: nothing leaves without the reader's reach in its query, and lists come in French order, a page at a time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true

from services.directory.ports import Person, Place, Profile, Unit, UsersWanted
from services.directory.store.auditing import ReadsAudit
from services.directory.store.client_lists import ReadsClients
from services.directory.store.holdings import ReadsHoldings
from services.directory.store.paging import page_of
from services.directory.store.rows import person_of_row, profile_of_row, unit_of_row
from services.directory.store.writing import PostgresWriting
from services.directory.tables import profiles, units, users
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.texts import folded
from shared.runtime.database import Database
from shared.runtime.reach import Seats, reaches

PEOPLE = (
    select(
        users,
        units.c.path.label("unit_path"),
        units.c.name.label("unit_name"),
        *(
            profiles.c[right].label(f"profile_{right}")
            for right in ("manage_campaigns", "access_level", "administrator", "operator")
        ),
    )
    .join(units, units.c.unit_id == users.c.unit_id)
    .join(profiles, profiles.c.profile_id == users.c.profile_id)
)


class PostgresDirectory(ReadsClients, ReadsHoldings, ReadsAudit):
    """The records; see `ports.Directory`."""

    def __init__(self, database: Database, *, keeps: bool = True) -> None:
        self._database = database
        self._keeps = keeps

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[PostgresWriting]:
        """A transaction that waits until no other writes; without `keeps`, it is taken back at its end."""
        async with self._database.transaction() as connection:
            held = PostgresWriting(connection)
            await held.begin()
            yield held
            if not self._keeps:
                await connection.rollback()

    async def person(self, user_id: str) -> Person | None:
        """One user, whoever asks."""
        rows = await self._read(PEOPLE.where(users.c.user_id == user_id))
        return person_of_row(rows[0]) if rows else None

    async def list_users(self, reader: Principal, wanted: UsersWanted) -> Sequence[tuple[Place, Person]]:
        """Users within the reader's reach, in French order."""
        query = PEOPLE.where(_sees_person(reader))
        if not wanted.inactive:
            query = query.where(users.c.active)
        if wanted.unit_id is not None:
            query = query.where(units.c.path.contains([wanted.unit_id]))
        if wanted.manage_campaigns:
            query = query.where(users.c.manage_campaigns | profiles.c.manage_campaigns)
        query = page_of(query, wanted, users.c.sort_key, users.c.user_id, users.c.external_id)
        return [(Place(row.sort_key, str(row.user_id)), person_of_row(row)) for row in await self._read(query)]

    async def list_units(self, reader: Principal, *, inactive: bool = False) -> Sequence[Unit]:
        """Units within the reader's reach, parents first."""
        query = select(units).where(_sees_unit(reader)).order_by(func.cardinality(units.c.path), units.c.sort_key)
        rows = await self._read(query if inactive else query.where(units.c.active))
        return [unit_of_row(row) for row in rows]

    async def list_profiles(self) -> Sequence[Profile]:
        """Every profile, in French order: there are some dozens at most."""
        found = [profile_of_row(row) for row in await self._read(select(profiles))]
        return sorted(found, key=lambda profile: (folded(profile.name), profile.id))

    async def profile(self, profile_id: str) -> Profile | None:
        """One profile, whoever asks."""
        rows = await self._read(select(profiles).where(profiles.c.profile_id == profile_id))
        return profile_of_row(rows[0]) if rows else None

    async def _read(self, query: Select[Any]) -> Sequence[Any]:
        async with self._database.reading() as connection:
            rows: Sequence[Any] = (await connection.execute(query)).all()
            return rows


def _sees_person(reader: Principal) -> ColumnElement[bool]:
    """Whoever keeps the hierarchy sees it whole; the others as far as their reach goes, and always themselves."""
    if reader.administrator or reader.crm:
        return true()
    return reaches(reader, Seats(users.c.user_id, users.c.unit_id, units.c.path)) | (users.c.user_id == reader.user_id)


def _sees_unit(reader: Principal) -> ColumnElement[bool]:
    if reader.administrator or reader.crm or reader.access_level is AccessLevel.ALL:
        return true()
    if reader.access_level is AccessLevel.SUBTREE:
        return units.c.path.contains([reader.unit_id])
    return units.c.unit_id == reader.unit_id
