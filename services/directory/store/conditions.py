"""Filters as SQL: the same answer as `rulebook.matching.matches`, which a test holds it to (spec 4).

Whatever a filter says is a bound parameter; only the paths below, which are ours, stand in the statement. Every
condition is true or false for every client, never null, so that `not` means what it says.
"""

import json
import operator as operators
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Numeric,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.directory.tables import clients, units
from shared.rulebook.filters import AllOf, AnyOf, Criterion, Filter, Kind, Not, Operator, Own, Value, kind_of
from shared.rulebook.matching import BIRTH_DATE, DAY, comparable, ids_named
from shared.rulebook.texts import folded

FEW = 20
"""Up to so many values are looked up in the index, one by one; more are compared with each client."""
_ID = Uuid(as_uuid=False)
_KINDS = {
    Kind.TEXT: '@.type() == "string" && @ != ""',
    Kind.NUMBER: '@.type() == "number"',
    Kind.BOOLEAN: '@.type() == "boolean"',
    Kind.DATE: f'@.type() == "string" && @ like_regex "^{DAY.pattern}$"',
}
_ANY_VALUE = '@.type() != "null" && (@.type() != "string" || @ != "")'
_ORDERED = {
    Operator.LESS: "@ < $low",
    Operator.AT_MOST: "@ <= $low",
    Operator.MORE: "@ > $low",
    Operator.AT_LEAST: "@ >= $low",
    Operator.BETWEEN: "@ >= $low && @ <= $high",
}
_COMPARED: Mapping[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operators.eq,
    Operator.DIFFERENT: operators.ne,
    Operator.LESS: operators.lt,
    Operator.AT_MOST: operators.le,
    Operator.MORE: operators.gt,
    Operator.AT_LEAST: operators.ge,
}
_AS_TEXT = {Own.NAME: clients.c.name, Own.EXTERNAL_ID: clients.c.external_id}
_MAYBE_TEXT = {Own.EMAIL: clients.c.email, Own.PHONE: clients.c.phone}

Condition = ColumnElement[bool]


def condition(whole: Filter, today: date) -> Condition:
    """The filter over `clients` joined with the advisor's `users` and `units`."""
    match whole:
        case AllOf(parts):
            return and_(*(condition(part, today) for part in parts))
        case AnyOf(parts):
            return or_(*(condition(part, today) for part in parts))
        case Not(part):
            return not_(condition(part, today))
        case Criterion():
            return _criterion(whole, today)


def _criterion(one: Criterion, today: date) -> Condition:
    own = one.attribute.own
    if own is None:
        return _given(one)
    if own in _AS_TEXT:
        return false() if one.operator is Operator.IS_EMPTY else _text(own, _AS_TEXT[own], one)
    if own in _MAYBE_TEXT:
        return _maybe(_MAYBE_TEXT[own], one, _text)
    match own:
        case Own.AGE:
            return _maybe(_age(today), one, _number)
        case Own.ACTIVE:
            return _active(one)
        case _:
            return _reference(own, one)


def _given(one: Criterion) -> Condition:
    """An attribute of the CRM's: a value, null, or a list of these; of another kind or absent, it does not match."""
    name, operator = one.attribute.name, one.operator
    held = clients.c.attributes.op("->", return_type=JSONB())(literal(name, Text()))
    if operator is Operator.IS_EMPTY:
        return not_(_some(held, _ANY_VALUE))
    kind = kind_of(one.values[0])
    match operator:
        case Operator.EQUAL:
            return _one_of(name, one.values)
        case Operator.IN:
            return _one_of(name, one.values) if len(one.values) <= FEW else _one_of_many(held, one.values)
        case Operator.DIFFERENT:
            return and_(_some(held, _KINDS[kind]), not_(_one_of(name, one.values)))
        case Operator.CONTAINS | Operator.STARTS_WITH:
            text = func.jsonb_path_query(held, _path(_KINDS[Kind.TEXT]), type_=JSONB()).column_valued("held_text")
            plain = text.op("#>>", return_type=Text())(literal_column("'{}'"))
            return exists(select(literal_column("1")).where(_holds(func.folded(plain, type_=Text()), one)))
        case _:
            low, high = one.values[0], one.values[-1]
            bounds = f'{{"low": {_json(low)}, "high": {_json(high)}}}'
            return _some(held, f"{_KINDS[kind]} && {_ORDERED[operator]}", _jsonb(bounds))


def _some(held: ColumnElement[Any], wanted: str, *bounds: ColumnElement[Any]) -> Condition:
    """Whether the value, or one of the list, is as wanted."""
    return func.coalesce(func.jsonb_path_exists(held, _path(wanted), *bounds, type_=Boolean()), false())


def _path(wanted: str) -> ColumnElement[Any]:
    return literal_column(f"'$[*] ? ({wanted})'::jsonpath")


def _one_of(name: str, values: Sequence[Value]) -> Condition:
    """By containment, which the index answers: the attribute is the value, or a list with the value in it."""
    key = json.dumps(name)
    wanted = [text for value in map(_json, values) for text in (f"{{{key}: {value}}}", f"{{{key}: [{value}]}}")]
    given = cast(literal(wanted, ARRAY(Text())), ARRAY(JSONB()))
    contained: Condition = clients.c.attributes.op("@>", is_comparison=True)(func.any(given))
    return contained


def _one_of_many(held: ColumnElement[Any], values: Sequence[Value]) -> Condition:
    """By a hash table of the values, made once."""
    wanted = _set_of(values)
    listed = case(
        (func.jsonb_typeof(held, type_=Text()) == literal_column("'array'"), held), else_=literal_column("'[]'::jsonb")
    )
    element = func.jsonb_array_elements(listed, type_=JSONB()).column_valued("element")
    in_list = exists(select(literal_column("1")).where(element.in_(wanted)))
    return or_(func.coalesce(held.in_(wanted), false()), in_list)


def _set_of(values: Sequence[Value]) -> Select[Any]:
    given = func.unnest(literal(list(map(_json, values)), ARRAY(Text())), type_=Text()).column_valued("wanted")
    return select(cast(given, JSONB()))


def _maybe(held: ColumnElement[Any], one: Criterion, compared: Any) -> Condition:
    """A column that may be null: then only `is empty` holds."""
    if one.operator is Operator.IS_EMPTY:
        return held.is_(null())
    return func.coalesce(compared(one.attribute.own, held, one), false())


def _text(own: Own, held: ColumnElement[str], one: Criterion) -> Condition:
    match one.operator:
        case Operator.CONTAINS if own is Own.NAME:  # the index on words answers these two
            return clients.c.sort_key.contains(folded(str(one.values[0])), autoescape=True)
        case Operator.STARTS_WITH if own is Own.NAME:
            return clients.c.sort_key.startswith(folded(str(one.values[0])), autoescape=True)
        case Operator.CONTAINS | Operator.STARTS_WITH:
            return _holds(func.folded(held, type_=Text()), one)
        case Operator.EQUAL | Operator.DIFFERENT | Operator.IN:
            return _compared(held, one, Text())
        case _:
            return _compared(held.collate("C"), one, Text())  # by code points, whatever the database's order


def _holds(text: ColumnElement[str], one: Criterion) -> Condition:
    """By position rather than pattern: nothing in a filter is a wildcard."""
    wanted = literal(folded(str(one.values[0])), Text())
    if one.operator is Operator.STARTS_WITH:
        starts: Condition = func.starts_with(text, wanted, type_=Boolean())
        return starts
    return func.strpos(text, wanted, type_=Integer()) > literal_column("0")


def _number(_own: Own, held: ColumnElement[Decimal], one: Criterion) -> Condition:
    return _compared(held, one, Numeric())


def _compared(held: ColumnElement[Any], one: Criterion, kind: Any) -> Condition:
    first, last = literal(one.values[0], kind), literal(one.values[-1], kind)
    match one.operator:
        case Operator.BETWEEN:
            return held.between(first, last)
        case Operator.IN:
            return held == func.any(literal(list(one.values), ARRAY(kind)))
        case _:
            compared: Condition = _COMPARED[one.operator](held, first)
            return compared


def _age(today: date) -> ColumnElement[Any]:
    """Whole years since the birth date, else the age that the CRM told; see `rulebook.matching.age_on`."""
    held = clients.c.attributes.op("->>", return_type=Text())
    born = held(literal_column(f"'{BIRTH_DATE}'"))
    told = clients.c.attributes.op("->", return_type=JSONB())(literal_column("'age'"))
    not_yet = func.substr(born, literal_column("6"), type_=Text()).collate("C") > literal(f"{today:%m-%d}", Text())
    years = (
        literal(today.year, Integer())
        - cast(func.left(born, literal_column("4"), type_=Text()), Integer)
        - cast(not_yet, Integer)
    )
    return case(
        (born.op("~", is_comparison=True)(literal_column(f"'^{DAY.pattern}$'")), years),
        (
            func.jsonb_typeof(told, type_=Text()) == literal_column("'number'"),
            cast(held(literal_column("'age'")), Numeric()),
        ),
        else_=null(),
    )


def _active(one: Criterion) -> Condition:
    if one.operator is Operator.IS_EMPTY:
        return false()
    wanted = set(one.values) if one.operator is not Operator.DIFFERENT else {not one.values[0]}
    active = clients.c.active
    return or_(false(), *(active if value else not_(active) for value in sorted(wanted, key=bool)))


def _reference(own: Own, one: Criterion) -> Condition:
    named = sorted({id_ for value in one.values for id_ in ids_named(own, str(value))})
    wanted = literal(named, ARRAY(_ID))
    found = clients.c.advisor_id == func.any(wanted) if own is Own.ADVISOR else units.c.path.overlap(wanted)
    return not_(found) if one.operator is Operator.DIFFERENT else found


def _json(value: Value) -> str:
    """The value as JSON text, a number with all its digits."""
    plain = comparable(value)
    return f"{plain:f}" if isinstance(plain, Decimal) else json.dumps(plain)


def _jsonb(text: str) -> ColumnElement[Any]:
    return cast(literal(text, Text()), JSONB())
