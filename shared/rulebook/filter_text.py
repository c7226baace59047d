"""The readable form of a filter: `segment = "Premium" and (age >= 45 or not assets < 10000)`.

Grammar and examples are in docs/domain.md, Queries. `read` and `write` are each other's inverse.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from shared.rulebook.errors import Invalid
from shared.rulebook.filter_tokens import KEYWORDS, WORD, Token, tokens, unreadable
from shared.rulebook.filters import (
    DEEPEST,
    OWN_NAMES,
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

_COMPARISONS = {
    one.value: one
    for one in (
        Operator.EQUAL,
        Operator.DIFFERENT,
        Operator.LESS,
        Operator.AT_MOST,
        Operator.MORE,
        Operator.AT_LEAST,
        Operator.CONTAINS,
    )
}


def read(text: str) -> Filter:
    """The filter that the text says.

    Invalid: `filter_unreadable` with `position` (from 1), `expected` and `found`; `filter_too_deep`,
    `filter_too_large`, `filter_too_long`; and what `criterion` refuses, with the `position` of the criterion.
    """
    return check_size(_Reader(text).whole())


def read_attribute(text: str) -> Attribute:
    """The attribute that a text names as in a filter, `age` or `[Code postal]`; Invalid as `read`."""
    reader = _Reader(text)
    named = reader.attribute()
    reader.expect("end", "end of the name")
    return named


def write(whole: Filter) -> str:
    """The filter as text, which `read` reads back."""
    match whole:
        case AllOf(parts):
            return " and ".join(map(_within, parts))
        case AnyOf(parts):
            return " or ".join(map(_within, parts))
        case Not(part):
            return f"not {_within(part)}"
        case Criterion():
            return _written(whole)


def write_attribute(named: Attribute) -> str:
    """The attribute as in a filter."""
    bare = not named.crm or (
        WORD.fullmatch(named.name) and named.name.lower() not in KEYWORDS and named.name not in OWN_NAMES
    )
    return named.name if bare else f"[{named.name.replace(']', ']]')}]"


class _Reader:
    """Reads by recursive descent, never deeper than a filter may be."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = next(self._tokens)
        self._depth = 0

    def whole(self) -> Filter:
        found = self._any_of()
        self.expect("end", "and, or, end of the filter")
        return found

    def attribute(self) -> Attribute:
        match self._next.sort:
            case "word":
                return attribute(self._take().text)
            case "crm":
                return attribute(self._take().text, crm=True)
            case _:
                raise self._unreadable("attribute")

    def expect(self, sort: str, expected: str) -> Token:
        if self._next.sort != sort:
            raise self._unreadable(expected)
        return self._take()

    def _any_of(self) -> Filter:
        parts = [self._all_of()]
        while self._taken("or"):
            parts.append(self._all_of())
        return any_of(parts)

    def _all_of(self) -> Filter:
        parts = [self._part()]
        while self._taken("and"):
            parts.append(self._part())
        return all_of(parts)

    def _part(self) -> Filter:
        if self._taken("not"):
            return Not(self._deeper(self._part))
        if self._taken("("):
            found = self._deeper(self._any_of)
            self.expect(")", "and, or, )")
            return found
        if self._next.sort not in ("word", "crm"):
            raise self._unreadable("attribute, not, (")
        return self._criterion()

    def _deeper(self, reading: Callable[[], Filter]) -> Filter:
        self._depth += 1
        if self._depth > DEEPEST:
            raise too_deep()
        found = reading()
        self._depth -= 1
        return found

    def _criterion(self) -> Filter:
        position = self._next.position
        try:
            about = self.attribute()
            return self._comparison(about)
        except Invalid as error:
            error.data.setdefault("position", position)
            raise

    def _comparison(self, about: Attribute) -> Filter:
        operator = self._take()
        match operator.sort:
            case sign if sign in _COMPARISONS:
                return criterion(about, _COMPARISONS[sign], [self._value()])
            case "not":
                self.expect("in", "in")
                return Not(criterion(about, Operator.IN, self._list()))
            case "in":
                return criterion(about, Operator.IN, self._list())
            case "between":
                low = self._value()
                self.expect("and", "and")
                return criterion(about, Operator.BETWEEN, [low, self._value()])
            case "starts":
                self.expect("with", "with")
                return criterion(about, Operator.STARTS_WITH, [self._value()])
            case "is":
                filled = self._taken("not")
                self.expect("empty", "empty")
                empty = criterion(about, Operator.IS_EMPTY)
                return Not(empty) if filled else empty
            case _:
                raise unreadable(
                    operator.position,
                    "=, !=, <, <=, >, >=, in, between, contains, starts with, is empty",
                    operator.text,
                )

    def _list(self) -> list[Value]:
        self.expect("(", "(")
        values = [self._value()]
        while self._taken(","):
            values.append(self._value())
        self.expect(")", "comma, )")
        return values

    def _value(self) -> Value:
        match self._next.sort:
            case "text":
                return self._take().text
            case "number":
                return Decimal(self._take().text)
            case "date":
                return _date(self._take())
            case "true" | "false":
                return self._take().sort == "true"
            case _:
                raise self._unreadable('value: "text", 12.5, 2026-11-24, true or false')

    def _taken(self, sort: str) -> bool:
        if self._next.sort != sort:
            return False
        self._take()
        return True

    def _take(self) -> Token:
        taken = self._next
        if taken.sort != "end":
            self._next = next(self._tokens)
        return taken

    def _unreadable(self, expected: str) -> Invalid:
        return unreadable(self._next.position, expected, self._next.text)


def _date(token: Token) -> date:
    try:
        return date.fromisoformat(token.text)
    except ValueError:
        raise unreadable(token.position, "a day of the calendar", token.text) from None


def _within(part: Filter) -> str:
    return f"({write(part)})" if isinstance(part, AllOf | AnyOf) else write(part)


def _written(one: Criterion) -> str:
    about, values = write_attribute(one.attribute), [_written_value(value) for value in one.values]
    match one.operator:
        case Operator.IN:
            return f"{about} in ({', '.join(values)})"
        case Operator.BETWEEN:
            return f"{about} between {values[0]} and {values[1]}"
        case Operator.STARTS_WITH:
            return f"{about} starts with {values[0]}"
        case Operator.IS_EMPTY:
            return f"{about} is empty"
        case _:
            return f"{about} {one.operator.value} {values[0]}"


def _written_value(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return '"' + value.replace('"', '""') + '"'
