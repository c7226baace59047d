"""Whether a client matches a filter; the directory's SQL gives the same answer (spec 4; docs/domain.md, Queries).

A criterion holds only for a client who has a value of the kind it compares with; without one, just `is empty` holds,
and `not` of anything else. Null, the empty text and the empty list are no values. A list matches when one of its
values does, and differs when none is equal.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.rulebook import ids
from shared.rulebook.filters import AllOf, AnyOf, Attribute, Criterion, Filter, Kind, Not, Operator, Own, Value, kind_of
from shared.rulebook.texts import folded

DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""A text of this form is a date, whether or not the calendar has it; as texts, dates are in their order."""
BIRTH_DATE = "birth_date"
"""The CRM's attribute that gives the age; without it, the CRM's own `age` does."""
_EQUAL = (Operator.EQUAL, Operator.DIFFERENT, Operator.IN)
_COMPARED: Mapping[Operator, Callable[[Any, Any, Any], bool]] = {
    Operator.LESS: lambda value, first, _: value < first,
    Operator.AT_MOST: lambda value, first, _: value <= first,
    Operator.MORE: lambda value, first, _: value > first,
    Operator.AT_LEAST: lambda value, first, _: value >= first,
    Operator.BETWEEN: lambda value, first, last: first <= value <= last,
    Operator.CONTAINS: lambda value, first, _: folded(first) in folded(value),
    Operator.STARTS_WITH: lambda value, first, _: folded(value).startswith(folded(first)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A client as filters see it; `unit_path` is that of the advisor's unit, from the root."""

    name: str
    external_id: str
    advisor_id: str
    unit_path: tuple[str, ...]
    email: str | None = None
    phone: str | None = None
    active: bool = True
    attributes: Mapping[str, Any]


def matches(whole: Filter, client: Subject, today: date) -> bool:
    """Whether the filter holds for the client on that day, which says the age."""
    match whole:
        case AllOf(parts):
            return all(matches(part, client, today) for part in parts)
        case AnyOf(parts):
            return any(matches(part, client, today) for part in parts)
        case Not(part):
            return not matches(part, client, today)
        case Criterion():
            return _holds(whole, _values(whole.attribute, client, today))


def age_of(attributes: Mapping[str, Any], today: date) -> Decimal | None:
    """The age by the birth date, else the one that the CRM told; None without either."""
    born, told = attributes.get(BIRTH_DATE), attributes.get("age")
    if isinstance(born, str) and DAY.fullmatch(born):
        return Decimal(age_on(today, born))
    return Decimal(str(told)) if isinstance(told, int | float | Decimal) and not isinstance(told, bool) else None


def age_on(today: date, birth_date: str) -> int:
    """Whole years from a birth date of the form 2026-11-24."""
    return today.year - int(birth_date[:4]) - (birth_date[5:] > f"{today:%m-%d}")


def ids_named(own: Own, name: str) -> frozenset[str]:
    """The ids of advisor or unit that a value may mean: the one that the CRM calls so, and the id itself."""
    derived = (ids.user_id if own is Own.ADVISOR else ids.unit_id)(name)
    try:
        return frozenset({derived, str(UUID(name))})
    except ValueError:
        return frozenset({derived})


def comparable(value: Value) -> Any:
    """The value as it is kept with a client: a date is a text there."""
    return value.isoformat() if isinstance(value, date) else value


def _values(about: Attribute, client: Subject, today: date) -> Sequence[Any]:
    match about.own:
        case None:
            return _given(client.attributes.get(about.name))
        case Own.AGE:
            age = age_of(client.attributes, today)
            return [] if age is None else [age]
        case Own.ADVISOR:
            return [client.advisor_id]
        case Own.UNIT:
            return client.unit_path
        case _:
            return _given(getattr(client, about.name))


def _given(value: Any) -> list[Any]:
    values = value if isinstance(value, list | tuple) else [value]
    return [_exact(one) for one in values if one not in (None, "")]


def _exact(value: Any) -> Any:
    return value if isinstance(value, str | bool) else Decimal(str(value))


def _holds(one: Criterion, values: Sequence[Any]) -> bool:
    if one.operator is Operator.IS_EMPTY:
        return not values
    alike = [value for value in values if _is(kind_of(one.values[0]), value)]
    if one.operator in _EQUAL:
        wanted = _wanted(one)
        equal = any(value in wanted for value in alike)
        return bool(alike) and not equal if one.operator is Operator.DIFFERENT else equal
    first, last = comparable(one.values[0]), comparable(one.values[-1])
    return any(_COMPARED[one.operator](value, first, last) for value in alike)


def _wanted(one: Criterion) -> frozenset[Any]:
    own = one.attribute.own
    if own in (Own.ADVISOR, Own.UNIT):
        return frozenset(id_ for value in one.values for id_ in ids_named(own, str(value)))
    return frozenset(map(comparable, one.values))


def _is(kind: Kind, value: Any) -> bool:
    match kind:
        case Kind.DATE:
            return isinstance(value, str) and DAY.fullmatch(value) is not None
        case Kind.TEXT:
            return isinstance(value, str)
        case Kind.BOOLEAN:
            return isinstance(value, bool)
        case Kind.NUMBER:
            return isinstance(value, Decimal)
