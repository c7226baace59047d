"""Lists of clients that touch a bounded number of rows however many clients there are (ADR 0044).

A reach, a unit or an advisor is first made a set of advisors, of whom there are some thousands at most. Of few
advisors, the next page of each is read and merged; of many, every so many-th client in French order is one of theirs,
so that the list is read in that order until the page is full.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    Uuid,
    any_,
    cast,
    column,
    func,
    lateral,
    literal,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.directory.ports import ClientSeen, ClientsWanted, Place
from services.directory.store.paging import page_of
from services.directory.store.reach import reaches
from services.directory.store.rows import client_of_row
from services.directory.tables import clients, units, users
from shared.rulebook.access import AccessLevel, Principal
from shared.runtime.database import Database

_ID = Uuid(as_uuid=False)
FEW = 64
"""Advisors: with 5,000 in all, a page of 50 touches some 3,000 rows either way at this number."""
SEGMENT = clients.c.attributes["segment"].astext
_SEEN = select(clients, users.c.name.label("advisor_name"), users.c.unit_id).join(
    users, users.c.user_id == clients.c.advisor_id
)
CLIENTS = _SEEN.join(units, units.c.unit_id == users.c.unit_id)
"""Clients with the names that a screen shows beside, and what a reach is about."""
# A plan made once for every search would read a million rows for a rare word, or sort as many for a frequent one.
PLAN_EACH = text("select set_config('plan_cache_mode', 'force_custom_plan', true)")


class ReadsClients:
    """See `ports.Directory`."""

    _database: Database

    async def list_clients(self, reader: Principal, wanted: ClientsWanted) -> Sequence[tuple[Place, ClientSeen]]:
        """Clients within the reader's reach, in French order."""
        async with self._database.reading() as connection:
            advisors = None
            if not _everybody(reader, wanted):
                advisors = list((await connection.execute(_advisors(reader, wanted))).scalars())
            if wanted.search:
                await connection.execute(PLAN_EACH)
            rows = (await connection.execute(client_list(wanted, advisors))).all()
        return [(Place(row.sort_key, str(row.client_id)), client_seen(row)) for row in rows]

    async def client(self, reader: Principal, client_id: str) -> ClientSeen | None:
        """One client, when within the reader's reach."""
        visible = reaches(reader, clients.c.advisor_id, users.c.unit_id, units.c.path)
        query = CLIENTS.where(clients.c.client_id == client_id, visible)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else client_seen(row)


def client_list(wanted: ClientsWanted, advisors: Sequence[str] | None) -> Select[Any]:
    """The query of one page: clients of these advisors, or of all."""
    if advisors is None:
        return page_of(_SEEN.where(*_filters(wanted)), wanted, *_ORDER, clients.c.external_id)
    if len(advisors) <= FEW:
        return _of_few(wanted, advisors)
    # Compared as text, which no index holds: an index on advisors would find all their clients, to sort them.
    theirs = cast(clients.c.advisor_id, Text) == any_(literal(list(advisors), ARRAY(Text)))
    return page_of(_SEEN.where(theirs, *_filters(wanted)), wanted, *_ORDER, clients.c.external_id)


_ORDER = (clients.c.sort_key, clients.c.client_id)


def _of_few(wanted: ClientsWanted, advisors: Sequence[str]) -> Select[Any]:
    ids = literal(list(advisors), ARRAY(_ID))
    given = func.unnest(ids).table_valued(column("advisor_id", _ID), name="given").render_derived()
    theirs: Select[Any] = select(clients).where(clients.c.advisor_id == given.c.advisor_id, *_filters(wanted))
    next_of_each = lateral(page_of(theirs, wanted, *_ORDER, clients.c.external_id), "theirs")
    return (
        select(next_of_each, users.c.name.label("advisor_name"), users.c.unit_id)
        .select_from(given)
        .join(next_of_each, true())
        .join(users, users.c.user_id == next_of_each.c.advisor_id)
        .order_by(next_of_each.c.sort_key, next_of_each.c.client_id)
        .limit(wanted.limit)
    )


def _everybody(reader: Principal, wanted: ClientsWanted) -> bool:
    reaches_all = reader.crm or reader.access_level is AccessLevel.ALL
    return reaches_all and wanted.unit_id is None and wanted.advisor_id is None


def _advisors(reader: Principal, wanted: ClientsWanted) -> Select[Any]:
    query: Select[Any] = (
        select(users.c.user_id)
        .join(units, units.c.unit_id == users.c.unit_id)
        .where(reaches(reader, users.c.user_id, users.c.unit_id, units.c.path))
    )
    if wanted.unit_id is not None:
        query = query.where(units.c.path.contains([wanted.unit_id]))
    if wanted.advisor_id is not None:
        query = query.where(users.c.user_id == wanted.advisor_id)
    return query


def _filters(wanted: ClientsWanted) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = [] if wanted.inactive else [clients.c.active]
    if wanted.segment is not None:
        filters.append(wanted.segment == SEGMENT)
    return filters


def client_seen(row: Any) -> ClientSeen:
    """A row of `CLIENTS`."""
    return ClientSeen(client=client_of_row(row), advisor_name=row.advisor_name, unit_id=str(row.unit_id))
