"""Clients found by a filter: counted, listed and handed out, within the reach of whoever asks (spec 4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.directory.ports import Asked, ClientQueries, Handed, Matched, Place
from shared.contracts.filters import attribute_of
from shared.rulebook.access import Action, Principal, may
from shared.rulebook.errors import Invalid
from shared.rulebook.filter_catalogue import check_attribute, check_known
from shared.rulebook.filters import Attribute, Filter, Kind
from shared.rulebook.query_sharing import present_only


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for which clients; made by `asking`, which checks both."""

    reader: Principal
    asked: Asked


async def catalogue(queries: ClientQueries, reader: Principal) -> Mapping[str, Collection[Kind]]:
    """What filters may speak of; Forbidden `right_missing` without any access level."""
    may(reader, Action.QUERY_CLIENTS)
    return await queries.catalogue()


async def asking(
    queries: ClientQueries, reader: Principal, whole: Filter, today: date, attributes: Sequence[Attribute] = ()
) -> Asking:
    """The question as it may be asked; inactive clients are left out unless the filter speaks of `active`.

    Forbidden `right_missing` without any access level; Invalid `filter_attribute_unknown`, `filter_kind`.
    """
    known = await catalogue(queries, reader)
    check_known(whole, known)
    for one in attributes:
        check_attribute(one, known)
    return Asking(reader, Asked(present_only(whole), today))


async def count(queries: ClientQueries, asking: Asking) -> int:
    """How many clients, exactly."""
    return await queries.count(asking.reader, asking.asked)


async def page(
    queries: ClientQueries, asking: Asking, attributes: Collection[str], *, after: Place | None, limit: int
) -> Sequence[tuple[Place, Matched]]:
    """A page in French order, with the attributes named."""
    return await queries.page(asking.reader, asking.asked, attributes, after=after, limit=limit)


async def number_named(queries: ClientQueries, name: str | None) -> Attribute | None:
    """The CRM's attribute of that name, which some client holds a number under; Invalid else, as in a filter."""
    if name is None:
        return None
    about = attribute_of(name)
    known = await queries.catalogue()
    check_attribute(about, known)
    if not about.crm or Kind.NUMBER not in known[about.name]:
        kinds = sorted(known[about.name]) if about.crm else []
        raise Invalid("filter_kind", {"attribute": about.name, "kind": Kind.NUMBER.value, "kinds": kinds})
    return about


async def ids(
    queries: ClientQueries, asking: Asking, *, after: str | None, limit: int, number: Attribute | None
) -> Sequence[Handed]:
    """A page in the order of ids, with the number that each has under that attribute."""
    name = None if number is None else number.name
    return await queries.ids(asking.reader, asking.asked, after=after, limit=limit, number=name)
