"""Saved queries; the tree of a filter is kept as it is written in JSON."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Text, Uuid, cast, delete, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import IntegrityError

from services.directory.ports import Place, SavedQuery, Unit, Wanted
from services.directory.store.paging import page_of
from services.directory.store.rows import unit_of_row
from services.directory.tables import saved_queries, units, users
from shared.contracts.filters import filter_of, json_of
from shared.rulebook.access import Principal
from shared.runtime.database import Database

_ID = Uuid(as_uuid=False)
_QUERIES = (
    select(saved_queries, users.c.name.label("owner_name"), units.c.name.label("unit_name"))
    .outerjoin(users, cast(users.c.user_id, Text) == saved_queries.c.owner_id)
    .outerjoin(units, units.c.unit_id == saved_queries.c.shared_with)
)
_CHANGE = text(
    "update saved_queries set name = :name, filter = cast(:filter as jsonb), shared_with = cast(:unit as uuid),"
    " changed_at = :now, revision = revision + 1 where query_id = cast(:id as uuid) and revision = :expected"
    " returning revision"
)


class PostgresSavedQueries:
    """See `ports.SavedQueries`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def query(self, query_id: str) -> SavedQuery | None:
        """One, whoever asks."""
        rows = await self._read(_QUERIES.where(saved_queries.c.query_id == query_id))
        return _query(rows[0]) if rows else None

    async def list_for(self, reader: Principal, wanted: Wanted) -> Sequence[tuple[Place, SavedQuery]]:
        """The reader's own and those shared with a unit above, in French order."""
        shared = saved_queries.c.shared_with == literal(list(reader.unit_path), ARRAY(_ID)).any_()
        seen = _QUERIES.where((saved_queries.c.owner_id == reader.user_id) | shared)
        columns = saved_queries.c
        rows = await self._read(page_of(seen, wanted, columns.sort_key, columns.query_id))
        return [(Place(row.sort_key, row.query_id), _query(row)) for row in rows]

    async def add(self, query: SavedQuery) -> bool:
        """Keep it; False when its owner has one of that name."""
        adding = insert(saved_queries).values(
            query_id=query.id,
            owner_id=query.owner_id,
            name=query.name,
            filter=json_of(query.filter),
            shared_with=query.shared_with,
            revision=query.revision,
            changed_at=query.changed_at,
        )
        async with self._database.transaction() as connection:
            added = await connection.execute(adding.on_conflict_do_nothing().returning(saved_queries.c.query_id))
            return added.one_or_none() is not None

    async def change(self, query: SavedQuery, *, expected: int) -> bool | None:
        """Keep it as the next revision."""
        values = {
            "id": query.id,
            "name": query.name,
            "filter": json.dumps(json_of(query.filter)),
            "unit": query.shared_with,
            "now": query.changed_at,
            "expected": expected,
        }
        try:
            async with self._database.transaction() as connection:
                changed = (await connection.execute(_CHANGE, values)).one_or_none()
        except IntegrityError:
            return False
        return None if changed is None else True

    async def remove(self, query_id: str, *, expected: int | None) -> bool:
        """Take it out."""
        removing = delete(saved_queries).where(saved_queries.c.query_id == query_id)
        if expected is not None:
            removing = removing.where(saved_queries.c.revision == expected)
        async with self._database.transaction() as connection:
            removed = await connection.execute(removing.returning(saved_queries.c.query_id))
            return removed.one_or_none() is not None

    async def unit(self, unit_id: str) -> Unit | None:
        """A unit, to share with."""
        rows = await self._read(select(units).where(units.c.unit_id == unit_id))
        return unit_of_row(rows[0]) if rows else None

    async def _read(self, query: Select[Any]) -> Sequence[Any]:
        async with self._database.reading() as connection:
            rows: Sequence[Any] = (await connection.execute(query)).all()
            return rows


def _query(row: Any) -> SavedQuery:
    return SavedQuery(
        id=row.query_id,
        owner_id=row.owner_id,
        name=row.name,
        filter=filter_of(row.filter),
        shared_with=row.shared_with,
        revision=row.revision,
        changed_at=row.changed_at,
        owner_name=row.owner_name,
        shared_with_name=row.unit_name,
    )
