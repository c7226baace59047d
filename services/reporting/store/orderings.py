"""In what order follow-ups are listed: phases one after another, each of them in the order of an index."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    cast,
    column,
    exists,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from services.reporting.ports.listing import Column, Order, Place, Wanted
from services.reporting.ports.reading import Scope
from services.reporting.store.reach import within
from services.reporting.tables import advisors, clients, follow_ups, units
from shared.rulebook.errors import Invalid
from shared.rulebook.follow_up import Closing, ConclusionKind

_ROW = follow_ups.c
Joined = tuple[FromClause, ColumnElement[bool]]
_BY_ENTRY = (_ROW.entry_date, date.fromisoformat)
_SUCCESSES = (ConclusionKind.SALE, ConclusionKind.SIGNATURE)


@dataclass(frozen=True, slots=True)
class Reading:
    """Of which campaigns, under which conditions, from where on and in which direction."""

    campaign_ids: Sequence[str]
    conditions: Sequence[ColumnElement[bool]]
    after: Place | None
    descending: bool
    together: bool = False
    """All campaigns at once: of a past day there is no index to follow."""


@dataclass(frozen=True, slots=True)
class Phase:
    """The rows that meet `where`, ordered by `key`, then by id; by id alone without one.

    Without a join each campaign is read by its own part of the index, no further than a page, and the pages merged: one
    index over all campaigns would have to pass by all that is earlier in other campaigns.
    """

    where: ColumnElement[bool]
    key: ColumnElement[Any] | None = None
    read: Callable[[str], object] = str
    joined: tuple[Joined, ...] = ()

    def select(self, reading: Reading, limit: int) -> Select[Any]:
        """Key and id of the rows that come next. Raises Invalid `cursor_invalid`."""
        if self.joined or reading.together:
            among = _ROW.campaign_id.in_(reading.campaign_ids)
            return self._page(reading, among, limit)
        campaign = func.unnest(cast(list(reading.campaign_ids), ARRAY(_ROW.campaign_id.type)))
        asked = campaign.table_valued(column("id", _ROW.campaign_id.type)).render_derived(name="asked")
        each = self._page(reading, _ROW.campaign_id == asked.c.id, limit).correlate(asked).lateral("each")
        merged = select(*each.c).select_from(asked).join(each, true())
        return merged.order_by(*_directed(each.c, reading)).limit(limit)

    def _page(self, reading: Reading, among: ColumnElement[bool], limit: int) -> Select[Any]:
        columns = [_ROW.follow_up_id] if self.key is None else [self.key, _ROW.follow_up_id]
        names = ("follow_up_id",) if self.key is None else ("key", "follow_up_id")
        found = select(*(column.label(name) for column, name in zip(columns, names, strict=True)))
        found = found.select_from(follow_ups)
        for other, on in self.joined:
            found = found.join(other, on)
        found = found.where(among, *reading.conditions, self.where)
        if reading.after is not None:
            here, there = tuple_(*columns), tuple_(*self._place(reading.after))
            found = found.where(here < there if reading.descending else here > there)
        return found.order_by(*_directed(columns, reading)).limit(limit)

    def text_of(self, row: Any) -> str | None:
        """The row's key as a cursor carries it."""
        if self.key is None:
            return None
        return row.key.isoformat() if isinstance(row.key, date | datetime) else str(row.key)

    def _place(self, after: Place) -> list[ColumnElement[Any]]:
        last: ColumnElement[Any] = literal(after.follow_up_id, _ROW.follow_up_id.type)
        if self.key is None:
            return [last]
        try:
            value = self.read(after.key or "")
        except (ValueError, ArithmeticError) as error:
            raise Invalid("cursor_invalid") from error
        kind: TypeEngine[Any] = self.key.type
        return [cast(literal(value, kind), kind), last]


def phases_of(wanted: Wanted, order: Order, places: FromClause | None = None) -> list[Phase]:
    """The phases of the order asked for; together they hold every row once. `places` says whose unit was which."""
    if order.column in _READ:
        value = _ROW[_NAMES.get(order.column, order.column.value)]
        there = Phase(value.is_not(None), value, _READ[order.column])
        return [there, Phase(value.is_(None), *_BY_ENTRY)] if value.nullable else [there]
    if order.column is Column.UNIT:
        return _by_unit(advisors if places is None else places)
    if order.column in _BY_NAME:
        return _BY_NAME[order.column](wanted)
    phases = _BY_STANDING[order.column](wanted)
    return phases[::-1] if order.descending else phases


def _directed(columns: Iterable[ColumnElement[Any]], reading: Reading) -> list[ColumnElement[Any]]:
    return [one.desc() if reading.descending else one.asc() for one in columns]


def _by_client(wanted: Wanted) -> list[Phase]:
    """Names that the reader may not see come last, in no order of names."""
    seen = and_(within(Scope(wanted.scope.reader), clients.c.advisor_id), ~clients.c.erased)
    mine = clients.c.client_id == _ROW.client_id
    return [
        Phase(seen, clients.c.sort_key, str, ((clients, mine),)),
        Phase(~exists(select(clients.c.client_id).where(mine, seen))),
    ]


def _by_present_advisor(wanted: Wanted) -> list[Phase]:
    seen = and_(within(Scope(wanted.scope.reader), clients.c.advisor_id), ~clients.c.erased)
    mine, theirs = clients.c.client_id == _ROW.client_id, advisors.c.user_id == clients.c.advisor_id
    return [
        Phase(seen, advisors.c.sort_key, str, ((clients, mine), (advisors, theirs))),
        Phase(~exists(select(clients.c.client_id).join(advisors, theirs).where(mine, seen))),
    ]


def _by_advisor(_: Wanted) -> list[Phase]:
    theirs = advisors.c.user_id == _ROW.advisor_id
    return [
        Phase(advisors.c.user_id.is_not(None), advisors.c.sort_key, str, ((advisors, theirs),)),
        Phase(~exists(select(advisors.c.user_id).where(theirs))),
    ]


def _by_unit(places: FromClause) -> list[Phase]:
    theirs, its = places.c.user_id == _ROW.advisor_id, units.c.unit_id == places.c.unit_id
    return [
        Phase(units.c.unit_id.is_not(None), units.c.sort_key, str, ((places, theirs), (units, its))),
        Phase(~exists(select(places.c.user_id).join(units, its).where(theirs))),
    ]


def _by_campaign(wanted: Wanted) -> list[Phase]:
    """As the campaigns come, by name; each is a phase of its own."""
    return [Phase(_ROW.campaign_id == campaign_id, *_BY_ENTRY) for campaign_id in wanted.campaign_ids]


def _by_state(wanted: Wanted) -> list[Phase]:
    """WAITING, OPEN, CONCLUDED, ARCHIVED, WITHDRAWN."""
    in_progress = _ROW.closing.is_(None)
    return [
        Phase(and_(in_progress, _ROW.entry_date > wanted.today), *_BY_ENTRY),
        Phase(and_(in_progress, _ROW.entry_date <= wanted.today), *_BY_ENTRY),
        Phase(_ROW.closing == Closing.CONCLUDED.value, _ROW.conclusion_kind, str),
        Phase(_ROW.closing == Closing.ARCHIVED.value),
        Phase(_ROW.closing == Closing.WITHDRAWN.value),
    ]


def _by_result(_: Wanted) -> list[Phase]:
    """Successes, the other conclusions, in progress, closed without a conclusion."""
    concluded = _ROW.closing == Closing.CONCLUDED.value
    others = (kind for kind in ConclusionKind if kind not in _SUCCESSES)
    return [
        *(Phase(and_(concluded, _ROW.conclusion_kind == kind.value)) for kind in (*_SUCCESSES, *others)),
        Phase(_ROW.closing.is_(None), *_BY_ENTRY),
        Phase(_ROW.closing.in_([Closing.ARCHIVED.value, Closing.WITHDRAWN.value])),
    ]


def _by_overdue(_: Wanted) -> list[Phase]:
    return [Phase(_ROW.overdue, *_BY_ENTRY), Phase(~_ROW.overdue, *_BY_ENTRY)]


def euros_of(text: str) -> Decimal:
    """An amount that a column of euros can hold. Raises ValueError or ArithmeticError for any other text."""
    amount = Decimal(text)
    if not amount.is_finite() or abs(amount) >= _MOST_EUROS:
        raise ValueError("no amount")
    return amount


def _whole_number(text: str) -> int:
    number = int(text)
    if abs(number) > _MOST:
        raise ValueError("no number of a step")
    return number


_MOST_EUROS, _MOST = 10**16, 2**31 - 1
"""What the columns hold: whatever a cursor says beyond them ended no page."""
_NAMES = {Column.STEP: "step_number"}
_READ: dict[Column, Callable[[str], object]] = {
    Column.CONCLUDED_ON: date.fromisoformat,
    Column.STEP: _whole_number,
    Column.ENTRY_DATE: date.fromisoformat,
    Column.INITIAL_POTENTIAL: euros_of,
    Column.POTENTIAL: euros_of,
    Column.COLLECTED: euros_of,
    Column.LAST_ACTIVITY: datetime.fromisoformat,
}
"""Columns of the rows themselves, and how a cursor's text is read."""
_BY_NAME: dict[Column, Callable[[Wanted], list[Phase]]] = {
    Column.CLIENT: _by_client,
    Column.ADVISOR: _by_advisor,
    Column.PRESENT_ADVISOR: _by_present_advisor,
}
_BY_STANDING: dict[Column, Callable[[Wanted], list[Phase]]] = {
    Column.CAMPAIGN: _by_campaign,
    Column.STATE: _by_state,
    Column.RESULT: _by_result,
    Column.OVERDUE: _by_overdue,
}
