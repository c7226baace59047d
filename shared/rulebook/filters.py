"""Filters over clients: what a criterion may say, and how large a filter may be (spec 4; docs/domain.md, Queries)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from shared.rulebook.errors import Invalid
from shared.rulebook.texts import cleaned, has_control_characters

DEEPEST = 20
"""Levels of a filter: a criterion alone has one."""
MOST_CRITERIA = 200
MOST_VALUES = 10_000
LONGEST_VALUE = 2_000
LONGEST_ATTRIBUTE = 100
_TOO_MUCH = Decimal(10) ** 16
_MOST_DECIMALS = 10
_SHOWN = 60

Value: TypeAlias = str | Decimal | date | bool


class Kind(StrEnum):
    """What a value is. The CRM sends dates as texts of the form 2026-11-24."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"


class Operator(StrEnum):
    """How an attribute is compared with the values."""

    EQUAL = "="
    DIFFERENT = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IN = "in"
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    IS_EMPTY = "is_empty"


class Own(StrEnum):
    """Attributes that the directory itself knows of every client; all others are the CRM's."""

    NAME = "name"
    EXTERNAL_ID = "external_id"
    EMAIL = "email"
    PHONE = "phone"
    ADVISOR = "advisor"
    UNIT = "unit"
    ACTIVE = "active"
    AGE = "age"


OWN_NAMES = frozenset(one.value for one in Own)
OWN_KINDS = dict.fromkeys(Own, Kind.TEXT) | {Own.ACTIVE: Kind.BOOLEAN, Own.AGE: Kind.NUMBER}
"""What each of them is compared with; an advisor and a unit by id or by the CRM's own id."""
_EXACT = frozenset({Operator.EQUAL, Operator.DIFFERENT, Operator.IN})
_OPERATORS = {
    Kind.TEXT: frozenset(Operator),
    Kind.NUMBER: frozenset(Operator) - {Operator.CONTAINS, Operator.STARTS_WITH},
    Kind.DATE: frozenset(Operator) - {Operator.CONTAINS, Operator.STARTS_WITH},
    Kind.BOOLEAN: _EXACT,
}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One of the directory's own attributes, or, with `crm`, one that the CRM gave under that name."""

    name: str
    crm: bool

    @property
    def own(self) -> Own | None:
        """Which of the directory's own it is."""
        return None if self.crm else Own(self.name)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One comparison; made by `criterion`, which checks it."""

    attribute: Attribute
    operator: Operator
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; made by `all_of`."""

    parts: "tuple[Filter, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; made by `any_of`."""

    parts: "tuple[Filter, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Filter"


Filter: TypeAlias = Criterion | AllOf | AnyOf | Not


def attribute(name: str, *, crm: bool = False) -> Attribute:
    """The attribute called so, the directory's own before the CRM's unless `crm`; Invalid `filter_attribute`."""
    known = cleaned(name)
    if not known or len(known) > LONGEST_ATTRIBUTE or has_control_characters(name):
        raise Invalid("filter_attribute", {"attribute": _shown(name), "limit": LONGEST_ATTRIBUTE})
    return Attribute(known, crm or known not in OWN_NAMES)


def criterion(about: Attribute, operator: Operator, values: Sequence[Value] = ()) -> Criterion:
    """The comparison, its texts cleaned as those of clients are.

    Invalid: `filter_values` (how many there are), `filter_value` (one is not possible), `filter_operator` (the operator
    does not go with the attribute or the values).
    """
    _check_number(about, operator, len(values))
    clean = tuple(_value(about, value) for value in values)
    kinds = {kind_of(value) for value in clean}
    if len(kinds) > 1:
        raise Invalid("filter_values", {"attribute": about.name, "operator": operator.value, "expected": "one kind"})
    _check_operator(about, operator, next(iter(kinds), None))
    return Criterion(about, operator, clean)


def all_of(parts: Iterable[Filter]) -> Filter:
    """Every part holds; parts of the same sort are taken in, one alone stands for itself."""
    return _joined(AllOf, parts)


def any_of(parts: Iterable[Filter]) -> Filter:
    """At least one part holds; parts of the same sort are taken in, one alone stands for itself."""
    return _joined(AnyOf, parts)


def check_size(whole: Filter) -> Filter:
    """The filter itself; Invalid `filter_too_deep`, `filter_too_large` beyond the limits."""
    criteria = values = 0
    for depth, part in _parts(whole):
        if depth > DEEPEST:
            raise too_deep()
        if isinstance(part, Criterion):
            criteria, values = criteria + 1, values + len(part.values)
    if criteria > MOST_CRITERIA or values > MOST_VALUES:
        raise Invalid("filter_too_large", {"criteria": MOST_CRITERIA, "values": MOST_VALUES})
    return whole


def too_deep() -> Invalid:
    """The refusal of a filter with too many levels."""
    return Invalid("filter_too_deep", {"limit": DEEPEST})


def criteria_of(whole: Filter) -> Iterator[Criterion]:
    """Every comparison in it, in reading order."""
    return (part for _, part in _parts(whole) if isinstance(part, Criterion))


def kind_of(value: Value) -> Kind:
    """What the value is."""
    match value:
        case bool():
            return Kind.BOOLEAN
        case Decimal():
            return Kind.NUMBER
        case date():
            return Kind.DATE
        case _:
            return Kind.TEXT


def _parts(whole: Filter) -> Iterator[tuple[int, Filter]]:
    waiting = [(1, whole)]
    while waiting:
        depth, part = waiting.pop()
        yield depth, part
        match part:
            case AllOf(parts) | AnyOf(parts):
                waiting += [(depth + 1, one) for one in reversed(parts)]
            case Not(one):
                waiting.append((depth + 1, one))
            case Criterion():
                pass


def _joined(sort: type[AllOf] | type[AnyOf], parts: Iterable[Filter]) -> Filter:
    flat = tuple(one for part in parts for one in (part.parts if isinstance(part, sort) else (part,)))
    if not flat:
        raise Invalid("filter_empty")
    return flat[0] if len(flat) == 1 else sort(flat)


def _check_number(about: Attribute, operator: Operator, number: int) -> None:
    match operator:
        case Operator.IS_EMPTY:
            expected, right = "0", number == 0
        case Operator.BETWEEN:
            expected, right = "2", number == 2  # noqa: PLR2004  the two ends
        case Operator.IN:
            expected, right = f"1…{MOST_VALUES}", 0 < number <= MOST_VALUES
        case _:
            expected, right = "1", number == 1
    if not right:
        raise Invalid("filter_values", {"attribute": about.name, "operator": operator.value, "expected": expected})


def _check_operator(about: Attribute, operator: Operator, kind: Kind | None) -> None:
    own = about.own
    wrong = kind is not None and operator not in _OPERATORS[kind]
    if own is not None:
        wrong = wrong or (kind is not None and kind is not OWN_KINDS[own])
        wrong = wrong or (own in (Own.ADVISOR, Own.UNIT) and operator not in _EXACT)
    if wrong:
        raise Invalid("filter_operator", {"attribute": about.name, "operator": operator.value, "kind": kind})


def _value(about: Attribute, value: Value) -> Value:
    clean, wrong = _text(value) if isinstance(value, str) else (value, None)
    if isinstance(value, Decimal):
        wrong = _wrong_number(value)
    if wrong is not None:
        raise Invalid("filter_value", {"attribute": about.name, "value": _shown(str(value)), "reason": wrong})
    return clean


def _text(value: str) -> tuple[str, str | None]:
    if len(value) > LONGEST_VALUE:
        return "", "text_too_long"
    if has_control_characters(value):
        return "", "control_characters"
    clean = cleaned(value)
    return clean, None if clean else "empty_text"


def _wrong_number(value: Decimal) -> str | None:
    if not value.is_finite():
        return "number_not_finite"
    if abs(value) >= _TOO_MUCH:
        return "number_too_large"
    exponent = value.normalize().as_tuple().exponent
    return "too_many_decimals" if isinstance(exponent, int) and exponent < -_MOST_DECIMALS else None


def _shown(text: str) -> str:
    return "".join(one if one.isprintable() else "\ufffd" for one in text[:_SHOWN])
