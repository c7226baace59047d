"""Clients of a tree: pages of them, and sums over their follow-ups by the very rules that make the counters."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    Text,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)

from services.reporting.ports.counting import Generation
from services.reporting.ports.listing import ClientSort, ClientSums, Listed, Order, Wanted
from services.reporting.ports.reading import Totals
from services.reporting.ports.standing import Amounts
from services.reporting.store.listing import PostgresRows, present, result_is
from services.reporting.store.orderings import euros_of
from services.reporting.store.rows import row_of
from services.reporting.store.shaping import SHAPE, shape_of_column
from services.reporting.tables import campaign_versions, campaigns, clients, follow_ups
from services.reporting.use_cases.contribution import amounts_of
from services.reporting.use_cases.standing import contribution_of
from shared.contracts.campaign import CampaignDefined
from shared.rulebook.counting import ClientResult
from shared.rulebook.errors import Invalid

_ROW = follow_ups.c
_REMAINING = case((_ROW.closing.is_(None), _ROW.potential), else_=0)
_SHAPED = literal_column(SHAPE.format(after="follow_ups.state"), _ROW.state.type).label("shape")
_FINE = 1_000_000_000_000
"""Rates are compared as whole numbers: equal ones are equal, others differ up to a million follow-ups a client."""


def _counted(result: ClientResult) -> ColumnElement[Any]:
    return func.count().filter(result_is(result))


_KEYS: Mapping[ClientSort, ColumnElement[Any]] = {
    ClientSort.NAME: func.min(clients.c.sort_key),
    ClientSort.POTENTIAL: func.sum(_ROW.initial_potential),
    ClientSort.REMAINING_POTENTIAL: func.sum(_REMAINING),
    ClientSort.COLLECTED: func.sum(_ROW.collected),
    ClientSort.CLIENTS: func.count(),
    ClientSort.ACCEPTED: _counted(ClientResult.ACCEPTED),
    ClientSort.REFUSED: _counted(ClientResult.REFUSED),
    ClientSort.IN_PROGRESS: _counted(ClientResult.IN_PROGRESS),
    ClientSort.TAKE_UP_RATE: _counted(ClientResult.ACCEPTED) * literal(_FINE, BigInteger) // func.count(),
}


class PostgresTreeRows(PostgresRows):
    """See the port."""

    async def clients(
        self, wanted: Wanted, sort: ClientSort, *, descending: bool, after: tuple[str, str] | None, limit: int
    ) -> Sequence[ClientSums]:
        """See the port."""
        key = _KEYS[sort]
        where = [_ROW.campaign_id.in_(wanted.campaign_ids), *await self._conditions(wanted)]
        found = (
            select(clients.c.client_id, clients.c.name, clients.c.external_id, cast(key, Text).label("key"))
            .join(clients, clients.c.client_id == _ROW.client_id)
            .where(*where, present(wanted.scope))
            .group_by(clients.c.client_id)
        )
        if after is not None:
            here, there = tuple_(key, clients.c.client_id), tuple_(*_place(sort, after))
            found = found.having(here < there if descending else here > there)
        ordered = [one.desc() if descending else one.asc() for one in (key, clients.c.client_id)]
        rows = (await self._connection.execute(self._of_day(found.order_by(*ordered).limit(limit)))).all()
        sums = await self._sums(wanted, [*where, _ROW.client_id.in_([row.client_id for row in rows])])
        told = [
            ClientSums(
                client_id=row.client_id,
                name=row.name,
                external_id=row.external_id,
                key=row.key,
                totals=sums[row.client_id][0],
                follow_ups=sums[row.client_id][1],
            )
            for row in rows
        ]
        return told if len(rows) == limit else [*told, *await self._nameless(wanted, where)]

    async def counted(self, wanted: Wanted, order: Order, at_once: int) -> AsyncIterator[Sequence[Listed]]:
        """See the port: by the very rule that makes the counters, asked once for all that stand alike."""
        judge = _Judge()
        async for ids in self._whole_ids(wanted, order, at_once):
            asked = select(_ROW.follow_up_id, _ROW.campaign_id, _SHAPED, _waiting(wanted.today))
            rows = list(await self._connection.execute(self._of_day(asked.where(_ROW.follow_up_id.in_(ids)))))
            generations = await self._generations({row.campaign_id for row in rows})
            counts = {row.follow_up_id: judge.converts(row, generations.get(row.campaign_id)) for row in rows}
            listed = await self._listed(wanted, ids)
            yield [replace(one, converting=counts[row_id]) for row_id, one in zip(ids, listed, strict=True)]

    async def collected_by_day(self, wanted: Wanted) -> Sequence[tuple[str, date, Decimal]]:
        """See the port: the index of successes holds all that is read."""
        day = _ROW.concluded_on
        summed = (
            select(_ROW.campaign_id, day, func.sum(_ROW.collected).label("collected"))
            .where(_ROW.campaign_id.in_(wanted.campaign_ids), _ROW.success, *await self._reach(wanted))
            .group_by(_ROW.campaign_id, day)
            .order_by(day, _ROW.campaign_id)
        )
        rows = await self._connection.execute(self._of_day(summed))
        return [(row.campaign_id, row.concluded_on, row.collected) for row in rows]

    async def _nameless(self, wanted: Wanted, where: Sequence[ColumnElement[bool]]) -> list[ClientSums]:
        reached = exists().where(clients.c.client_id == _ROW.client_id, present(wanted.scope))
        totals = await self._alike(wanted, [*where, ~reached])
        if not totals:
            return []
        return [ClientSums(client_id=None, name=None, external_id=None, key=None, totals=add_up(totals), follow_ups=())]

    async def _alike(self, wanted: Wanted, where: Sequence[ColumnElement[bool]]) -> list[Totals]:
        """Sums over those that stand alike: as many as there are clients may be hidden."""
        sums = [
            func.sum(_ROW[one]).label(one) for one in ("interactions", "initial_potential", "potential", "collected")
        ]
        alike = (_ROW.campaign_id, _SHAPED, _waiting(wanted.today))
        rows = await self._connection.execute(
            self._of_day(select(*alike, func.count().label("clients"), *sums).where(*where).group_by(*alike))
        )
        found = list(rows)
        generations = await self._generations({row.campaign_id for row in found})
        return [_times(row, generations[row.campaign_id]) for row in found if row.campaign_id in generations]

    async def _sums(
        self, wanted: Wanted, where: Sequence[ColumnElement[bool]]
    ) -> dict[str, tuple[Totals, Sequence[Listed]]]:
        found = self._of_day(select(follow_ups).where(*where))
        rows = [row_of(row) for row in await self._connection.execute(found)]
        generations = await self._generations({row.campaign_id for row in rows})
        listed = {one.follow_up_id: one for one in await self._listed(wanted, [row.follow_up_id for row in rows])}
        totals: dict[str, list[Totals]] = defaultdict(list)
        shown: dict[str, list[Listed]] = defaultdict(list)
        for row in rows:
            generation = generations.get(row.campaign_id)
            if generation is not None:
                amounts = amounts_of(row, generation)
                totals[row.client_id].append(_totals(amounts, waiting=row.state.entry_date > wanted.today))
            shown[row.client_id] += [listed[row.follow_up_id]] if row.follow_up_id in listed else []
        return {one: (add_up(totals[one]), shown[one]) for one in shown.keys() | totals.keys()}

    async def _generations(self, campaign_ids: Collection[str]) -> dict[str, Generation]:
        """The plans that the counters served follow, so that clients add up to what stands above them."""
        served = (
            select(campaigns.c.campaign_id, campaigns.c.serving_generation, campaign_versions.c.definition)
            .join(campaign_versions, campaign_versions.c.campaign_id == campaigns.c.campaign_id)
            .where(
                campaigns.c.campaign_id.in_(campaign_ids),
                campaign_versions.c.version == campaigns.c.serving_version,
                campaigns.c.serving_generation > 0,
            )
        )
        return {
            row.campaign_id: Generation(row.serving_generation, CampaignDefined.model_validate(row.definition).plan())
            for row in await self._connection.execute(served)
        }


def add_up(totals: Sequence[Totals]) -> Totals:
    """The sum of all, field by field."""
    nothing = Totals()
    return replace(
        nothing,
        **{
            one.name: sum((getattr(each, one.name) for each in totals), getattr(nothing, one.name))
            for one in fields(Totals)
        },
    )


def _times(row: Any, generation: Generation) -> Totals:
    """What follow-ups of one shape add together."""
    counts = contribution_of(shape_of_column(row.shape), generation).counts
    times = Amounts(*(row.clients * one for one in counts))
    amounts = times._replace(
        contacts=times.contacts + int(row.interactions) * counts.clients,
        potential=row.initial_potential * counts.clients,
        remaining_potential=row.potential * counts.in_progress,
        collected=row.collected * counts.clients,
    )
    return _totals(amounts, waiting=row.waiting)


class _Judge:
    """Whether follow-ups are in the denominator of the conversion rate, asked once for each shape."""

    def __init__(self) -> None:
        self._judged: dict[tuple[str, str], Amounts] = {}

    def converts(self, row: Any, generation: Generation | None) -> bool:
        """The row by the plan of its campaign."""
        if generation is None:
            return False
        key = (row.campaign_id, repr(row.shape))
        if key not in self._judged:
            self._judged[key] = contribution_of(shape_of_column(row.shape), generation).counts
        return _totals(self._judged[key], waiting=row.waiting).converting > 0


def _waiting(today: date) -> ColumnElement[bool]:
    return (_ROW.entry_date > today).label("waiting")


def _totals(amounts: Any, *, waiting: bool) -> Totals:
    named = amounts._asdict()
    while_waiting = named.pop("converting_while_waiting")
    if waiting and amounts.in_progress:
        named |= {"converting": while_waiting, "overdue": 0}
    return Totals(**named, waiting=amounts.in_progress if waiting else 0)


def _place(sort: ClientSort, after: tuple[str, str]) -> list[ColumnElement[Any]]:
    key, client_id = after
    try:
        value = literal(key, Text) if sort is ClientSort.NAME else cast(literal(euros_of(key)), Numeric(18, 2))
    except (ValueError, ArithmeticError) as error:
        raise Invalid("cursor_invalid") from error
    return [value, cast(literal(client_id), clients.c.client_id.type)]
