"""Lists of clients that touch a bounded number of rows however many clients there are (ADR 0044).

A reach, a unit or an advisor is first made a set of advisors, of whom there are some thousands at most. Of few
advisors, the next page of each is read and merged; of many, every so many-th client in French order is one of theirs,
so that the list is read in that order until the page is full. What is searched is found by its words first and then
sorted: it costs what it finds.
"""

from collections.abc import Sequence
from dataclasses import replace
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
from services.directory.store.paging import holding, page_of
from services.directory.store.rows import client_of_row
from services.directory.tables import clients, units, users
from shared.rulebook.access import AccessLevel, Principal
from shared.runtime.database import Database
from shared.runtime.reach import Seats, reaches

_ID = Uuid(as_uuid=False)
FEW = 64
"""Advisors: with 5,000 in all, a page of 50 touches some 3,000 rows either way at this number."""
SEGMENT = clients.c.attributes["segment"].astext
_SEEN = select(clients, users.c.name.label("advisor_name"), users.c.unit_id).join(
    users, users.c.user_id == clients.c.advisor_id
)
CLIENTS = _SEEN.join(units, units.c.unit_id == users.c.unit_id)
"""Clients with the names that a screen shows beside, and what a reach is about."""
# A plan made once for every search would treat a rare word as a frequent one, and few advisors as many.
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
        visible = reaches(reader, Seats(clients.c.advisor_id, users.c.unit_id, units.c.path))
        query = CLIENTS.where(clients.c.client_id == client_id, visible)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else client_seen(row)


def client_list(wanted: ClientsWanted, advisors: Sequence[str] | None) -> Select[Any]:
    """The query of one page: clients of these advisors, or of all."""
    if wanted.search:
        return _searched(wanted, advisors)
    if advisors is None:
        return _in_order(wanted)
    if len(advisors) <= FEW:
        return _of_few(wanted, advisors)
    return _in_order(wanted, _of_many(advisors))


_ORDER = (clients.c.sort_key, clients.c.client_id)


def _of_many(advisors: Sequence[str]) -> ColumnElement[bool]:
    # Compared as text, which no index holds: an index on advisors would find all their clients, to throw most away.
    return cast(clients.c.advisor_id, Text) == any_(literal(list(advisors), ARRAY(Text)))


def _in_order(wanted: ClientsWanted, *theirs: ColumnElement[bool]) -> Select[Any]:
    return page_of(_SEEN.where(*theirs, *_filters(wanted, SEGMENT)), wanted, *_ORDER)


def _of_few(wanted: ClientsWanted, advisors: Sequence[str]) -> Select[Any]:
    ids = literal(list(advisors), ARRAY(_ID))
    given = func.unnest(ids).table_valued(column("advisor_id", _ID), name="given").render_derived()
    # Not as the index of segments has it, which would be read once for each advisor.
    theirs: Select[Any] = select(clients).where(
        clients.c.advisor_id == given.c.advisor_id, *_filters(wanted, SEGMENT.concat(""))
    )
    next_of_each = lateral(page_of(theirs, wanted, *_ORDER), "theirs")
    return (
        select(next_of_each, users.c.name.label("advisor_name"), users.c.unit_id)
        .select_from(given)
        .join(next_of_each, true())
        .join(users, users.c.user_id == next_of_each.c.advisor_id)
        .order_by(next_of_each.c.sort_key, next_of_each.c.client_id)
        .limit(wanted.limit)
    )


def _searched(wanted: ClientsWanted, advisors: Sequence[str] | None) -> Select[Any]:
    """Found by the words first, then sorted: names begin with what is searched, so that in French order it lies far."""
    words: Select[Any] = select(*_ORDER).where(*_filters(wanted, SEGMENT))
    if advisors is not None and len(advisors) <= FEW:
        words = words.where(clients.c.advisor_id == any_(literal(list(advisors), ARRAY(_ID))))
    elif advisors is not None:
        words = words.where(_of_many(advisors))
    words = holding(words, wanted, clients.c.sort_key, clients.c.external_id)
    found = words.cte("found").prefix_with("materialized", dialect="postgresql")
    after = replace(wanted, search="")
    first = page_of(select(found), after, found.c.sort_key, found.c.client_id).subquery("first")
    return _SEEN.join(first, first.c.client_id == clients.c.client_id).order_by(clients.c.sort_key, clients.c.client_id)


def _everybody(reader: Principal, wanted: ClientsWanted) -> bool:
    reaches_all = reader.crm or reader.access_level is AccessLevel.ALL
    return reaches_all and wanted.unit_id is None and wanted.advisor_id is None


def _advisors(reader: Principal, wanted: ClientsWanted) -> Select[Any]:
    query: Select[Any] = (
        select(users.c.user_id)
        .join(units, units.c.unit_id == users.c.unit_id)
        .where(reaches(reader, Seats(users.c.user_id, users.c.unit_id, units.c.path)))
    )
    if wanted.unit_id is not None:
        query = query.where(units.c.path.contains([wanted.unit_id]))
    if wanted.advisor_id is not None:
        query = query.where(users.c.user_id == wanted.advisor_id)
    return query


def _filters(wanted: ClientsWanted, segment: ColumnElement[str]) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = [] if wanted.inactive else [clients.c.active]
    if wanted.segment is not None:
        filters.append(segment == wanted.segment)
    return filters


def client_seen(row: Any) -> ClientSeen:
    """A row of `CLIENTS`."""
    return ClientSeen(client=client_of_row(row), advisor_name=row.advisor_name, unit_id=str(row.unit_id))
