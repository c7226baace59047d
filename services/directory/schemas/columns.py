"""The columns of a query's result, and the same as a CSV file that a spreadsheet opens without harm."""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.directory.ports import Matched
from shared.contracts.filters import attribute_of
from shared.rulebook.filters import Attribute, Filter, Own, criteria_of
from shared.rulebook.matching import BIRTH_DATE, age_of
from shared.runtime.messages import Language

_BESIDE = ("client_id", "advisor_name", "unit_name")
"""Names that no filter knows, but a list may show."""
_USUAL = ("external_id", "name", "phone", "email", "advisor", "advisor_name", "unit", "unit_name")
_SEPARATORS = {"fr": ";", "en": ","}
_TRUTHS = {"fr": ("non", "oui"), "en": ("no", "yes")}
# With one of these in front, a spreadsheet takes a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")
MARK = "\ufeff"
"""Tells a spreadsheet that the file is UTF-8."""

_SHOWN: Mapping[str, Callable[[Matched, date], Any]] = {
    "client_id": lambda found, _: found.seen.client.id,
    "external_id": lambda found, _: found.seen.client.external_id,
    "name": lambda found, _: found.seen.client.name,
    "phone": lambda found, _: found.seen.client.phone,
    "email": lambda found, _: found.seen.client.email,
    "advisor": lambda found, _: found.advisor_external_id,
    "advisor_name": lambda found, _: found.seen.advisor_name,
    "unit": lambda found, _: found.unit_external_id,
    "unit_name": lambda found, _: found.unit_name,
    "active": lambda found, _: found.seen.client.active,
    "age": lambda found, today: age_of(found.seen.client.attributes, today),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column by the name it was asked for; `attribute` is None for a name that only lists know."""

    name: str
    attribute: Attribute | None

    def value(self, found: Matched, today: date) -> Any:
        """What stands in it for that client."""
        if self.attribute is not None and self.attribute.crm:
            return found.seen.client.attributes.get(self.attribute.name)
        return _SHOWN[self.name](found, today)


def columns_of(names: Iterable[str]) -> list[Column]:
    """The columns called so, each once; Invalid as a filter's text when a name cannot be read."""
    return [_column(name) for name in dict.fromkeys(names)]


def usual_columns(whole: Filter) -> list[Column]:
    """What an export shows when nothing was chosen: who the client is, and what the filter speaks of."""
    spoken = {one.attribute: None for one in criteria_of(whole)}
    names = [Column(_plain_name(one), one) for one in spoken if one.crm or one.own in (Own.AGE, Own.ACTIVE)]
    return [*columns_of(_USUAL), *names]


def attributes_of(columns: Collection[Column]) -> set[str]:
    """The CRM's attributes that the columns need."""
    given = {one.attribute.name for one in columns if one.attribute is not None and one.attribute.crm}
    aged = any(one.attribute is not None and one.attribute.own is Own.AGE for one in columns)
    return given | ({BIRTH_DATE, "age"} if aged else set())


def csv_lines(rows: Iterable[Sequence[Any]], language: Language) -> str:
    """Rows as CSV in the reader's language: `;` and decimal commas in French, `,` and points in English."""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=_SEPARATORS[language], lineterminator="\r\n")
    writer.writerows([_cell(value, language) for value in row] for row in rows)
    return lines.getvalue()


def _column(name: str) -> Column:
    if name in _BESIDE:
        return Column(name, None)
    attribute = attribute_of(name)
    return Column(_plain_name(attribute) if attribute.crm else attribute.name, attribute)


def _plain_name(attribute: Attribute) -> str:
    """The CRM's own name, in brackets when the directory or a list has a column of that name."""
    taken = attribute.crm and attribute.name in _SHOWN
    return f"[{attribute.name}]" if taken else attribute.name


def _cell(value: Any, language: Language) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _TRUTHS[language][value]
        case int() | float() | Decimal():
            number = f"{Decimal(str(value)):f}"
            return number.replace(".", ",") if language == "fr" else number
        case list():
            return _harmless(", ".join(_cell(one, language) for one in value))
        case _:
            return _harmless(str(value))


def _harmless(text: str) -> str:
    """The text, with an apostrophe in front of what a spreadsheet would carry out."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
