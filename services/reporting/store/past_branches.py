"""Figures of a past day broken down by advisor of record, and by unit with all below it, by the structure of then."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Uuid, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.ports.reading import AsOf, Branch, Scope
from services.reporting.store.past_definitions import PastShare
from services.reporting.store.places import places_before
from services.reporting.tables import advisors, units
from services.reporting.use_cases.standing import Standing, Tally
from shared.rulebook.access import AccessLevel

Path = tuple[str, ...]
_ID = Uuid(as_uuid=False)


async def branches_by_advisor(
    connection: AsyncConnection, as_of: AsOf, tally: Tally, standings: Iterable[Standing], shares: Sequence[PastShare]
) -> list[Branch]:
    """One row per advisor of record with follow-ups or a share, by name."""
    mine = _by(standings, lambda standing: [standing.advisor_id])
    allocated = _allocated(shares, lambda share: [share.advisor_id])
    known = {row.user_id: row for row in await people_as_of(connection, as_of, mine.keys() | allocated.keys())}
    unknown = sorted((mine.keys() | allocated.keys()) - known.keys())
    return [
        Branch(
            id=advisor_id,
            external_id=getattr(known.get(advisor_id), "external_id", None),
            name=getattr(known.get(advisor_id), "name", None),
            parent_id=getattr(known.get(advisor_id), "unit_id", None),
            leaf=True,
            share=allocated.get(advisor_id),
            totals=tally.totals(mine.get(advisor_id, ())),
        )
        for advisor_id in [*known, *unknown]
    ]


async def branches_by_unit(  # noqa: PLR0917  one more than for advisors: whose units
    connection: AsyncConnection,
    as_of: AsOf,
    scope: Scope,
    tally: Tally,
    standings: Sequence[Standing],
    shares: Sequence[PastShare],
) -> list[Branch]:
    """One row per unit with follow-ups or a share in it or below, from the top, each level by name."""
    advisor_ids = {one.advisor_id for one in standings} | {one.advisor_id for one in shares}
    paths = {row.user_id: tuple(row.unit_path) for row in await people_as_of(connection, as_of, advisor_ids)}
    above = {advisor_id: seen_units(scope, advisor_id, path) for advisor_id, path in paths.items()}
    mine = _by(standings, lambda standing: above.get(standing.advisor_id, ()))
    allocated = _allocated(shares, lambda share: above.get(share.advisor_id, ()))
    places = {unit_id: path[: at + 1] for path in paths.values() for at, unit_id in enumerate(path)}
    known = {row.unit_id: row for row in await _units(connection, mine.keys() | allocated.keys())}
    ordered = [*known, *sorted((mine.keys() | allocated.keys()) - known.keys())]
    inner = {path[-2] for path in places.values() if len(path) > 1}
    return [
        Branch(
            id=unit_id,
            external_id=getattr(known.get(unit_id), "external_id", None),
            name=getattr(known.get(unit_id), "name", None),
            parent_id=places[unit_id][-2] if len(places[unit_id]) > 1 else None,
            leaf=unit_id not in inner and getattr(known.get(unit_id), "leaf", True),
            share=allocated.get(unit_id),
            totals=tally.totals(mine.get(unit_id, ())),
        )
        for unit_id in sorted(ordered, key=lambda unit_id: len(places[unit_id]))
    ]


def unit_seen_then(as_of: AsOf, scope: Scope) -> ColumnElement[bool]:
    """Whether the unit asked for was one that the reader reaches, and had an advisor in it or below."""
    places = places_before(as_of.end)
    conditions = [places.c.unit_path.contains([unit for unit in (scope.inside, scope.unit_id) if unit is not None])]
    unit_at = func.array_position(places.c.unit_path, literal(scope.unit_id, _ID))
    if scope.inside is not None:
        conditions.append(func.array_position(places.c.unit_path, literal(scope.inside, _ID)) <= unit_at)
    reader = scope.reader
    if not (reader.crm or reader.access_level is AccessLevel.ALL):
        of_reader = func.array_position(places.c.unit_path, literal(reader.unit_id, _ID))
        conditions.append(of_reader <= unit_at)
    return exists(select(places.c.user_id).where(*conditions))


def seen_units(scope: Scope, advisor_id: str, path: Path) -> Sequence[str]:
    """The units of the path whose figures the reader sees: the reader's own and those below, in the unit asked for."""
    reader = scope.reader
    everything = reader.crm or reader.access_level is AccessLevel.ALL
    start = 0
    if not everything:
        own = advisor_id == reader.user_id and reader.unit_id not in path
        start = len(path) - 1 if own else _index(path, reader.unit_id)
    if scope.unit_id is not None:
        start = max(start, _index(path, scope.unit_id))
    return path[start:]


def _index(path: Path, unit_id: str) -> int:
    return path.index(unit_id) if unit_id in path else len(path)


def _by(standings: Iterable[Standing], keys: Callable[[Standing], Iterable[str]]) -> dict[str, list[Standing]]:
    found: dict[str, list[Standing]] = defaultdict(list)
    for standing in standings:
        for key in keys(standing):
            found[key].append(standing)
    return found


def _allocated(shares: Iterable[PastShare], keys: Callable[[PastShare], Iterable[str]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for share in shares:
        for key in keys(share):
            found[key] = found.get(key, Decimal(0)) + share.amount
    return found


async def people_as_of(connection: AsyncConnection, as_of: AsOf, advisor_ids: Collection[str]) -> Sequence[Any]:
    """Names as they are now, units as they were then."""
    places = places_before(as_of.end)
    named = (
        select(advisors.c.user_id, advisors.c.external_id, advisors.c.name, places.c.unit_id, places.c.unit_path)
        .join(places, places.c.user_id == advisors.c.user_id)
        .where(advisors.c.user_id.in_(advisor_ids))
        .order_by(advisors.c.name, advisors.c.user_id)
    )
    return (await connection.execute(named)).all()


async def _units(connection: AsyncConnection, unit_ids: Collection[str]) -> Sequence[Any]:
    child = units.alias("child")
    leaf = ~exists(select(child.c.unit_id).where(child.c.parent_id == units.c.unit_id))
    named = (
        select(units.c.unit_id, units.c.external_id, units.c.name, leaf.label("leaf"))
        .where(units.c.unit_id.in_(unit_ids))
        .order_by(units.c.name, units.c.unit_id)
    )
    return (await connection.execute(named)).all()
