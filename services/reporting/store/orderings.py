"""In what order follow-ups are listed: phases one after another, each of them in the order of an index."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, cast, exists, literal, select, tuple_
from sqlalchemy.types import TypeEngine

from services.reporting.ports.listing import Column, Order, Place, Wanted
from services.reporting.ports.reading import Scope
from services.reporting.store.reach import within
from services.reporting.tables import advisors, campaigns, clients, follow_ups, units
from shared.rulebook.errors import Invalid
from shared.rulebook.follow_up import Closing, ConclusionKind

_ROW = follow_ups.c
Joined = tuple[FromClause, ColumnElement[bool]]
_SUCCESSES = (ConclusionKind.SALE, ConclusionKind.SIGNATURE)


@dataclass(frozen=True, slots=True)
class Phase:
    """The rows that meet `where`, ordered by `key`, then by id; by id alone without one."""

    where: ColumnElement[bool]
    key: ColumnElement[Any] | None = None
    read: Callable[[str], object] = str
    joined: tuple[Joined, ...] = ()

    def select(self, conditions: Sequence[ColumnElement[bool]], after: Place | None, *, descending: bool) -> Select[Any]:
        """Key and id of the rows after that place. Raises Invalid `cursor_invalid`."""
        columns = [_ROW.follow_up_id] if self.key is None else [self.key, _ROW.follow_up_id]
        found = select(*(column.label(name) for column, name in zip(columns, _names(self.key), strict=True)))
        found = found.select_from(follow_ups)
        for other, on in self.joined:
            found = found.join(other, on)
        found = found.where(*conditions, self.where)
        if after is not None:
            here = tuple_(*columns)
            there = tuple_(*self._place(after))
            found = found.where(here < there if descending else here > there)
        return found.order_by(*(column.desc() if descending else column.asc() for column in columns))

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


def phases_of(wanted: Wanted, order: Order) -> list[Phase]:
    """The phases of the order asked for; together they hold every row once."""
    if order.column in _READ:
        column = _ROW[_NAMES.get(order.column, order.column.value)]
        there = Phase(column.is_not(None), column, _READ[order.column])
        return [there, Phase(column.is_(None))] if column.nullable else [there]
    if order.column in _BY_NAME:
        return _BY_NAME[order.column](wanted)
    phases = _BY_STANDING[order.column](wanted.today)
    return phases[::-1] if order.descending else phases


def _names(key: ColumnElement[Any] | None) -> tuple[str, ...]:
    return ("follow_up_id",) if key is None else ("key", "follow_up_id")


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


def _by_unit(_: Wanted) -> list[Phase]:
    theirs, its = advisors.c.user_id == _ROW.advisor_id, units.c.unit_id == advisors.c.unit_id
    return [
        Phase(units.c.unit_id.is_not(None), units.c.name, str, ((advisors, theirs), (units, its))),
        Phase(~exists(select(advisors.c.user_id).join(units, its).where(theirs))),
    ]


def _by_campaign(_: Wanted) -> list[Phase]:
    return [
        Phase(
            campaigns.c.version > 0,
            campaigns.c.name,
            str,
            ((campaigns, campaigns.c.campaign_id == _ROW.campaign_id),),
        )
    ]


def _by_state(today: date) -> list[Phase]:
    """WAITING, OPEN, CONCLUDED, ARCHIVED, WITHDRAWN."""
    in_progress = _ROW.closing.is_(None)
    return [
        Phase(and_(in_progress, _ROW.entry_date > today), _ROW.entry_date, date.fromisoformat),
        Phase(and_(in_progress, _ROW.entry_date <= today)),
        Phase(_ROW.closing == Closing.CONCLUDED.value, _ROW.conclusion_kind, str),
        Phase(_ROW.closing == Closing.ARCHIVED.value),
        Phase(_ROW.closing == Closing.WITHDRAWN.value),
    ]


def _by_result(_: date) -> list[Phase]:
    """Successes, the other conclusions, in progress, closed without a conclusion."""
    concluded = _ROW.closing == Closing.CONCLUDED.value
    others = (kind for kind in ConclusionKind if kind not in _SUCCESSES)
    return [
        *(Phase(and_(concluded, _ROW.conclusion_kind == kind.value)) for kind in (*_SUCCESSES, *others)),
        Phase(_ROW.closing.is_(None)),
        Phase(_ROW.closing.in_([Closing.ARCHIVED.value, Closing.WITHDRAWN.value])),
    ]


def _by_overdue(_: date) -> list[Phase]:
    return [Phase(_ROW.overdue), Phase(~_ROW.overdue)]


_NAMES = {Column.STEP: "step_number"}
_READ: dict[Column, Callable[[str], object]] = {
    Column.CONCLUDED_ON: date.fromisoformat,
    Column.STEP: int,
    Column.ENTRY_DATE: date.fromisoformat,
    Column.INITIAL_POTENTIAL: Decimal,
    Column.POTENTIAL: Decimal,
    Column.COLLECTED: Decimal,
    Column.LAST_ACTIVITY: datetime.fromisoformat,
}
"""Columns of the rows themselves, and how a cursor's text is read."""
_BY_NAME: dict[Column, Callable[[Wanted], list[Phase]]] = {
    Column.CLIENT: _by_client,
    Column.CAMPAIGN: _by_campaign,
    Column.ADVISOR: _by_advisor,
    Column.PRESENT_ADVISOR: _by_present_advisor,
    Column.UNIT: _by_unit,
}
_BY_STANDING: dict[Column, Callable[[date], list[Phase]]] = {
    Column.STATE: _by_state,
    Column.RESULT: _by_result,
    Column.OVERDUE: _by_overdue,
}
