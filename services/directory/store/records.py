"""Reading: nothing leaves without the reader's reach in its query, and lists come in French order, a page at a time."""

import unicodedata
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, func, literal, select, true, tuple_
from sqlalchemy.sql.elements import SQLColumnExpression

from services.directory.ports import ClientSeen, Person, Place, Unit, UsersWanted, Wanted
from services.directory.store.holdings import ReadsHoldings
from services.directory.store.reach import reaches
from services.directory.store.rows import client_of_row, unit_of_row, united_rights, user_of_row
from services.directory.store.writing import PostgresWriting
from services.directory.tables import clients, profiles, units, users
from shared.rulebook.access import AccessLevel, Principal
from shared.runtime.database import Database

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
_CLIENTS = (
    select(clients, users.c.name.label("advisor_name"), users.c.unit_id)
    .join(users, users.c.user_id == clients.c.advisor_id)
    .join(units, units.c.unit_id == users.c.unit_id)
)


class PostgresDirectory(ReadsHoldings):
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
        return _person(rows[0]) if rows else None

    async def list_users(self, reader: Principal, wanted: UsersWanted) -> Sequence[tuple[Place, Person]]:
        """Users within the reader's reach, in French order."""
        query = PEOPLE.where(_sees_person(reader))
        if not wanted.inactive:
            query = query.where(users.c.active)
        if wanted.unit_id is not None:
            query = query.where(units.c.path.contains([wanted.unit_id]))
        if wanted.manage_campaigns:
            query = query.where(users.c.manage_campaigns | profiles.c.manage_campaigns)
        query = _page(query, wanted, users.c.sort_key, users.c.user_id, users.c.external_id)
        return [(Place(row.sort_key, str(row.user_id)), _person(row)) for row in await self._read(query)]

    async def list_units(self, reader: Principal) -> Sequence[Unit]:
        """Units within the reader's reach, parents first."""
        query = select(units).where(_sees_unit(reader)).order_by(func.cardinality(units.c.path), units.c.sort_key)
        rows = await self._read(query)
        return [unit_of_row(row) for row in rows]

    async def list_clients(self, reader: Principal, wanted: Wanted) -> Sequence[tuple[Place, ClientSeen]]:
        """Clients within the reader's reach, in French order."""
        query = _CLIENTS.where(reaches(reader, clients.c.advisor_id, users.c.unit_id, units.c.path))
        query = _page(query, wanted, clients.c.sort_key, clients.c.client_id, clients.c.external_id)
        return [(Place(row.sort_key, str(row.client_id)), _client_seen(row)) for row in await self._read(query)]

    async def client(self, reader: Principal, client_id: str) -> ClientSeen | None:
        """One client, when within the reader's reach."""
        visible = reaches(reader, clients.c.advisor_id, users.c.unit_id, units.c.path)
        rows = await self._read(_CLIENTS.where(clients.c.client_id == client_id, visible))
        return _client_seen(rows[0]) if rows else None

    async def _read(self, query: Select[Any]) -> Sequence[Any]:
        async with self._database.reading() as connection:
            rows: Sequence[Any] = (await connection.execute(query)).all()
            return rows


def _sees_person(reader: Principal) -> ColumnElement[bool]:
    """Whoever keeps the hierarchy sees it whole; the others as far as their reach goes, and always themselves."""
    if reader.administrator or reader.crm:
        return true()
    return reaches(reader, users.c.user_id, users.c.unit_id, units.c.path) | (users.c.user_id == reader.user_id)


def _sees_unit(reader: Principal) -> ColumnElement[bool]:
    if reader.administrator or reader.crm or reader.access_level is AccessLevel.ALL:
        return true()
    if reader.access_level is AccessLevel.SUBTREE:
        return units.c.path.contains([reader.unit_id])
    return units.c.unit_id == reader.unit_id


def _page(
    query: Select[Any],
    wanted: Wanted,
    sort_key: SQLColumnExpression[str],
    row_id: SQLColumnExpression[str],
    external_id: SQLColumnExpression[str],
) -> Select[Any]:
    for word in wanted.search.split():
        query = query.where(sort_key.contains(_as_sorted(word), autoescape=True) | (external_id == word))
    if wanted.after is not None:
        place = tuple_(literal(wanted.after.sort_key), literal(wanted.after.id, Uuid(as_uuid=False)))
        query = query.where(tuple_(sort_key, row_id) > place)
    return query.order_by(sort_key, row_id).limit(wanted.limit)


def _as_sorted(word: str) -> str:
    """A word as the generated sort key has it: small letters without accents."""
    decomposed = unicodedata.normalize("NFD", word.lower().replace("œ", "oe").replace("æ", "ae"))
    return "".join(character for character in decomposed if not "\u0300" <= character <= "\u036f")


def _person(row: Any) -> Person:
    return Person(user=user_of_row(row), unit_name=row.unit_name, rights=united_rights(row))


def _client_seen(row: Any) -> ClientSeen:
    return ClientSeen(client=client_of_row(row), advisor_name=row.advisor_name, unit_id=str(row.unit_id))
