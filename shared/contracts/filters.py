"""Filters over clients as they cross a process: a tagged tree in JSON, or readable text (docs/domain.md, Queries)."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StrictBool,
    StrictFloat,
    StrictInt,
    TypeAdapter,
    ValidationError,
)

from shared.rulebook import filter_text
from shared.rulebook.errors import Invalid
from shared.rulebook.filter_tokens import LONGEST
from shared.rulebook.filters import (
    DEEPEST,
    LONGEST_VALUE,
    MOST_CRITERIA,
    MOST_VALUES,
    AllOf,
    AnyOf,
    Attribute,
    Criterion,
    Filter,
    Not,
    Operator,
    Value,
    all_of,
    any_of,
    attribute,
    check_size,
    criterion,
    too_deep,
)

_LARGEST_INTEGER = 2**53
_MOST_DIGITS = 15
_SHOWN = 200
_FIELDS = frozenset({"kind", "attribute", "crm", "operator", "values", "parts", "part"})
_VALUES = 'a value is a text, a number, true, false, {"date": "2026-11-24"} or {"number": "12.50"}'
# A level of the tree is an object and a list, a value at most an object.
_DEEPEST_JSON = 2 * DEEPEST + 2


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DateValue(_Model):
    """A date; a plain string is a text."""

    date: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class NumberValue(_Model):
    """A number whose every digit counts; a plain number goes up to 15 digits."""

    number: Annotated[str, Field(pattern=r"^-?[0-9]{1,16}(\.[0-9]{1,10})?$")]


_Text = Annotated[str, Field(max_length=LONGEST_VALUE, strict=True)]


class CriterionModel(_Model):
    """An attribute compared with values: one, two for `between`, any number for `in`, none for `is_empty`.

    `attribute` is the directory's own of that name (name, external_id, email, phone, advisor, unit, active, age) or
    one that the CRM gave; with `crm`, always the CRM's.
    """

    kind: Literal["criterion"]
    attribute: Annotated[str, Field(min_length=1, max_length=200)]
    crm: bool = False
    operator: Operator
    values: Annotated[
        list[StrictBool | StrictInt | StrictFloat | _Text | DateValue | NumberValue],
        Field(max_length=MOST_VALUES),
    ] = []


class AllOfModel(_Model):
    """Every part holds."""

    kind: Literal["all_of"]
    parts: Annotated[list["FilterModel"], Field(min_length=1, max_length=MOST_CRITERIA)]


class AnyOfModel(_Model):
    """At least one part holds."""

    kind: Literal["any_of"]
    parts: Annotated[list["FilterModel"], Field(min_length=1, max_length=MOST_CRITERIA)]


class NotModel(_Model):
    """The part does not hold."""

    kind: Literal["not"]
    part: "FilterModel"


FilterModel: TypeAlias = Annotated[
    CriterionModel | AllOfModel | AnyOfModel | NotModel,
    Field(discriminator="kind"),
]
"""The tree, tagged by `kind`."""


def filter_of(given: Any) -> Filter:
    """The filter that a JSON value or a readable text says; Invalid `filter_shape` or by its own code."""
    if isinstance(given, str):
        return filter_text.read(given)
    if isinstance(given, Criterion | AllOf | AnyOf | Not):
        return given
    _check_depth(given)
    try:
        shape: FilterModel = _SHAPE.validate_python(given)
    except ValidationError as error:
        raise _unshaped(error) from None
    return check_size(_tree(shape))


def json_of(whole: Filter) -> dict[str, Any]:
    """The filter as the tagged tree, of plain JSON values."""
    match whole:
        case AllOf(parts):
            return {"kind": "all_of", "parts": [json_of(part) for part in parts]}
        case AnyOf(parts):
            return {"kind": "any_of", "parts": [json_of(part) for part in parts]}
        case Not(part):
            return {"kind": "not", "part": json_of(part)}
        case Criterion(about, operator, values):
            crm = {"crm": True} if about.crm and not attribute(about.name).crm else {}
            named = {"kind": "criterion", "attribute": about.name, **crm, "operator": operator.value}
            return named | ({"values": [_json_value(value) for value in values]} if values else {})


FilterInput: TypeAlias = Annotated[
    Filter,
    PlainValidator(filter_of, json_schema_input_type=Annotated[str, Field(max_length=LONGEST)] | FilterModel),
    PlainSerializer(json_of),
]
"""A filter as it is taken, as tree or as readable text; a `Filter` of the rulebook inside, the tree on the wire."""


def attribute_of(name: str) -> Attribute:
    """The attribute that a text names as in a readable filter, `age` or `[Code postal]`; Invalid."""
    return filter_text.read_attribute(name)


def _unshaped(error: ValidationError) -> Invalid:
    """Where the tree is not one; the choices that pydantic tried are left out of the place."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = [str(part) for part in first["loc"] if isinstance(part, int) or part in _FIELDS]
    problem = _VALUES if "values" in place[-2:-1] else first["msg"][:_SHOWN]
    return Invalid("filter_shape", {"place": ".".join(place)[:_SHOWN], "problem": problem})


def _check_depth(given: Any) -> None:
    """Refuse what nests deeper than a filter may, before anything recurses over it."""
    waiting = [(1, given)]
    while waiting:
        depth, value = waiting.pop()
        if depth > _DEEPEST_JSON:
            raise too_deep()
        if isinstance(value, dict | list):
            inner = value.values() if isinstance(value, dict) else value
            waiting += [(depth + 1, one) for one in inner if isinstance(one, dict | list)]


def _tree(model: FilterModel) -> Filter:
    match model:
        case AllOfModel():
            return all_of(map(_tree, model.parts))
        case AnyOfModel():
            return any_of(map(_tree, model.parts))
        case NotModel():
            return Not(_tree(model.part))
        case CriterionModel():
            about = attribute(model.attribute, crm=model.crm)
            return criterion(about, model.operator, [_value(about, value) for value in model.values])


def _value(about: Attribute, value: Any) -> Value:
    match value:
        case DateValue():
            return _date(about, value.date)
        case NumberValue():
            return Decimal(value.number)
        case bool() | str():
            return value
        case _:
            return _number(about, value)


def _date(about: Attribute, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("filter_value", {"attribute": about.name, "value": text, "reason": "no_such_day"}) from None


def _number(about: Attribute, value: float) -> Decimal:
    """The number as it was written, as far as a reader of JSON keeps it."""
    try:
        number = Decimal(repr(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if number.is_finite() and isinstance(value, float) and len(number.as_tuple().digits) > _MOST_DIGITS:
        raise Invalid("filter_value", {"attribute": about.name, "value": repr(value), "reason": "number_not_exact"})
    return number


def _json_value(value: Value) -> Any:
    match value:
        case bool() | str():
            return value
        case Decimal():
            whole = value == value.to_integral_value() and abs(value) < _LARGEST_INTEGER
            return int(value) if whole else {"number": f"{value:f}"}
        case _:
            return {"date": value.isoformat()}


_SHAPE: TypeAdapter[FilterModel] = TypeAdapter(FilterModel)
