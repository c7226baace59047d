"""Filters are saved under a name, shared, changed and taken out by their owner (spec 4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.directory.ports import ClientQueries, Place, SavedQueries, SavedQuery, Wanted
from services.directory.use_cases.query_clients import catalogue
from shared.rulebook.access import Action, Principal, may
from shared.rulebook.errors import NotVisible, Refused
from shared.rulebook.filter_catalogue import check_known
from shared.rulebook.filters import Filter
from shared.rulebook.query_sharing import check_query_owner, check_sharing, sees_query


class QueryChanged(Refused):
    """Somebody saved the query since the version that was edited: 412."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where saved queries are, and the clients that their filters speak of."""

    saved: SavedQueries
    clients: ClientQueries


@dataclass(frozen=True, slots=True)
class Draft:
    """What the owner says of a query."""

    name: str
    filter: Filter
    shared_with: str | None


async def visible(saved: SavedQueries, reader: Principal, query_id: str) -> SavedQuery:
    """The query; NotVisible unless it is the reader's own or shared with them, Forbidden without an access level."""
    may(reader, Action.QUERY_CLIENTS)
    query = await saved.query(query_id)
    if query is None or not sees_query(reader, query.owner_id, query.shared_with):
        raise NotVisible("not_visible")
    return query


async def listed(saved: SavedQueries, reader: Principal, wanted: Wanted) -> Sequence[tuple[Place, SavedQuery]]:
    """A page of those that the reader sees."""
    may(reader, Action.QUERY_CLIENTS)
    return await saved.list_for(reader, wanted)


async def save(shelf: Shelf, owner: Principal, query_id: str, draft: Draft, now: datetime) -> SavedQuery:
    """A new query; Refused `query_name_taken`, NotVisible for a unit that it may not be shared with."""
    await _check(shelf, owner, draft)
    query = SavedQuery(query_id, owner.user_id, draft.name, draft.filter, draft.shared_with, 1, now)
    if not await shelf.saved.add(query):
        raise Refused("query_name_taken", {"name": draft.name})
    return await visible(shelf.saved, owner, query_id)


async def change(
    shelf: Shelf, asker: Principal, query_id: str, draft: Draft, *, expected: int, now: datetime
) -> SavedQuery:
    """The query as its owner now wants it; QueryChanged when `expected` is not its present revision."""
    query = await visible(shelf.saved, asker, query_id)
    check_query_owner(asker, query.owner_id)
    await _check(shelf, asker, draft)
    changed = replace(query, name=draft.name, filter=draft.filter, shared_with=draft.shared_with, changed_at=now)
    match await shelf.saved.change(changed, expected=expected):
        case None:
            raise QueryChanged("query_changed", {"present": query.revision})
        case False:
            raise Refused("query_name_taken", {"name": draft.name})
    return await visible(shelf.saved, asker, query_id)


async def remove(saved: SavedQueries, asker: Principal, query_id: str, *, expected: int | None) -> None:
    """The owner's query is gone; QueryChanged when `expected` is given and not its present revision."""
    query = await visible(saved, asker, query_id)
    check_query_owner(asker, query.owner_id)
    if not await saved.remove(query_id, expected=expected):
        raise QueryChanged("query_changed", {"present": query.revision})


async def _check(shelf: Shelf, owner: Principal, draft: Draft) -> None:
    check_known(draft.filter, await catalogue(shelf.clients, owner))
    if draft.shared_with is None:
        return
    unit = await shelf.saved.unit(draft.shared_with)
    if unit is None:
        raise NotVisible("not_visible", {"missing": "reach"})
    check_sharing(owner, unit.path)
