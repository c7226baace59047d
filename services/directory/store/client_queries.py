"""Clients found by filters: counted, listed in French order, and handed out by id; reach is in every statement."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Numeric, Select, Text, Uuid, case, cast, column, func, literal, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.directory.ports import Asked, Handed, Matched, Place
from services.directory.store.client_lists import CLIENTS, PLAN_EACH, client_seen
from services.directory.store.conditions import condition
from services.directory.tables import client_attributes, clients, units, users
from shared.rulebook.access import Principal
from shared.rulebook.filters import Kind
from shared.runtime.database import Database
from shared.runtime.reach import Seats, reaches

_ID = Uuid(as_uuid=False)
_NO_KIND = "none"


class PostgresClientQueries:
    """See `ports.ClientQueries`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def catalogue(self) -> Mapping[str, Collection[Kind]]:
        """Every attribute that some client ever had, with the kinds of its values."""
        found: dict[str, set[Kind]] = {}
        for row in await self._read(select(client_attributes).order_by(client_attributes.c.name)):
            found.setdefault(row.name, set()).update([] if row.kind == _NO_KIND else [Kind(row.kind)])
        return found

    async def count(self, reader: Principal, asked: Asked) -> int:
        """How many clients match, exactly."""
        rows = await self._read(_matching(CLIENTS.with_only_columns(func.count()), reader, asked))
        number: int = rows[0][0]
        return number

    async def page(
        self, reader: Principal, asked: Asked, attributes: Collection[str], *, after: Place | None, limit: int
    ) -> Sequence[tuple[Place, Matched]]:
        """Clients in French order."""
        query = _matching(_shown(attributes), reader, asked)
        if after is not None:
            place = tuple_(literal(after.sort_key), literal(after.id, _ID))
            query = query.where(tuple_(clients.c.sort_key, clients.c.client_id) > place)
        rows = await self._read(query.order_by(clients.c.sort_key, clients.c.client_id).limit(limit))
        return [(Place(row.sort_key, row.client_id), _matched(row)) for row in rows]

    async def ids(
        self, reader: Principal, asked: Asked, *, after: str | None, limit: int, number: str | None
    ) -> Sequence[Handed]:
        """Clients in the order of their ids."""
        query = _matching(
            CLIENTS.with_only_columns(clients.c.client_id, clients.c.advisor_id, _number(number)), reader, asked
        )
        if after is not None:
            query = query.where(clients.c.client_id > literal(after, _ID))
        rows = await self._read(query.order_by(clients.c.client_id).limit(limit))
        return [Handed(*row) for row in rows]

    async def _read(self, query: Select[Any]) -> Sequence[Any]:
        async with self._database.reading() as connection:
            await connection.execute(PLAN_EACH)
            rows: Sequence[Any] = (await connection.execute(query)).all()
            return rows


def _matching(query: Select[Any], reader: Principal, asked: Asked) -> Select[Any]:
    visible = reaches(reader, Seats(clients.c.advisor_id, users.c.unit_id, units.c.path))
    return query.where(visible, condition(asked.filter, asked.today))


def _shown(attributes: Collection[str]) -> Select[Any]:
    """A client's row with the attributes named alone: others may be long."""
    pairs = func.jsonb_each(clients.c.attributes).table_valued(column("key", Text), column("value", JSONB), name="pair")
    chosen = (
        select(func.coalesce(func.jsonb_object_agg(pairs.c.key, pairs.c.value), literal_column("'{}'::jsonb")))
        .where(pairs.c.key == func.any(literal(sorted(attributes), ARRAY(Text()))))
        .scalar_subquery()
    )
    return CLIENTS.with_only_columns(
        *(one for one in clients.c if one.name != "attributes"),
        cast(chosen, JSONB).label("attributes"),
        users.c.name.label("advisor_name"),
        users.c.external_id.label("advisor_external_id"),
        users.c.unit_id,
        units.c.external_id.label("unit_external_id"),
        units.c.name.label("unit_name"),
    )


def _number(name: str | None) -> Any:
    held = clients.c.attributes.op("->", return_type=JSONB())(literal(name, Text()))
    as_text = clients.c.attributes.op("->>", return_type=Text())(literal(name, Text()))
    return case(
        (func.jsonb_typeof(held, type_=Text()) == literal_column("'number'"), cast(as_text, Numeric())), else_=None
    )


def _matched(row: Any) -> Matched:
    return Matched(client_seen(row), row.advisor_external_id, row.unit_external_id, row.unit_name)
