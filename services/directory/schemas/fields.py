"""Field types of what the CRM sends: which texts are cleaned, and which refused, each by a stable code."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from shared.rulebook.errors import Invalid
from shared.rulebook.money import euros, parse_money
from shared.rulebook.texts import cleaned, has_control_characters

OWN_CODES = frozenset(
    {
        "amount_ambiguous",
        "amount_invalid",
        "amount_not_exact",
        "amount_too_large",
        "attribute_kind",
        "attribute_name",
        "attribute_number",
        "attribute_too_long",
        "control_characters",
        "date_invalid",
        "date_out_of_range",
        "external_id_characters",
        "too_many_attributes",
    }
)
"""The codes of the errors that are raised here."""
_LARGEST_NUMBER = 10**15
_MOST_ATTRIBUTES = 200
_LONGEST_TEXT = 2_000
_LONGEST_LIST = 100
_LONGEST_KEY = 100
_FRENCH_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_AMOUNT_DETAILS = {
    "amount_ambiguous": "can be read in two ways: write the cents",
    "amount_not_exact": "is exact to the cent: no third decimal",
    "amount_too_large": "is too large",
}


def _clean(text: str) -> str:
    _refuse_control_characters(text)
    return cleaned(text)


def _clean_line(value: Any) -> Any:
    return _clean(value) if isinstance(value, str) else value


def _refuse_control_characters(text: str) -> None:
    if has_control_characters(text):
        raise PydanticCustomError("control_characters", "holds a control character; send plain text on one line")


def _check_external_id(text: str) -> str:
    # An id is never altered: two that look alike would silently become one.
    if any(character.isspace() or not character.isprintable() for character in text):
        raise PydanticCustomError(
            "external_id_characters", "an external_id holds neither spaces nor control or invisible characters"
        )
    return text


def absent_when_empty(value: Any) -> Any:
    """Nothing for a text of nothing but spaces and invisible marks; else the text without them."""
    return _clean(value) or None if isinstance(value, str) else value


def _check_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    if len(attributes) > _MOST_ATTRIBUTES:
        raise PydanticCustomError("too_many_attributes", f"a client has at most {_MOST_ATTRIBUTES} attributes")
    return {_attribute_key(key): _attribute(value) for key, value in attributes.items()}


def _attribute_key(key: str) -> str:
    name = _clean(key)
    if not name or len(name) > _LONGEST_KEY:
        raise PydanticCustomError("attribute_name", f"an attribute's name has 1 to {_LONGEST_KEY} characters")
    return name


def _attribute(value: Any) -> Any:
    if isinstance(value, list):
        if len(value) > _LONGEST_LIST:
            raise PydanticCustomError("attribute_too_long", f"a list has at most {_LONGEST_LIST} values")
        return [_single(one) for one in value]
    return _single(value)


def _single(value: Any) -> Any:
    match value:
        case None | bool():
            return value
        case int() | float():
            if not abs(value) <= _LARGEST_NUMBER:  # false for what is not a number, too
                raise PydanticCustomError("attribute_number", f"a number is finite and at most {_LARGEST_NUMBER:.0e}")
            return value
        case str():
            if len(value) > _LONGEST_TEXT:
                raise PydanticCustomError("attribute_too_long", f"a text has at most {_LONGEST_TEXT} characters")
            return _clean(value)
        case _:
            raise PydanticCustomError("attribute_kind", "an attribute is a text, number, truth value or list of these")


def _amount(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise PydanticCustomError("amount_invalid", "is an amount in euros")
    try:
        # A float is taken by its shortest digits, which are those that were sent.
        return parse_money(value.strip()) if isinstance(value, str) and value.strip() else euros(str(value))
    except Invalid as error:
        raise PydanticCustomError(error.code, _AMOUNT_DETAILS.get(error.code, "is an amount in euros")) from None


def _day(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("date_invalid", "is a day, as 2026-03-31 or 31/03/2026")
    written = _FRENCH_DAY.fullmatch(value.strip())
    try:
        day = date(*map(int, written.group(3, 2, 1))) if written else date.fromisoformat(value.strip())
    except ValueError:
        raise PydanticCustomError("date_invalid", "is a day, as 2026-03-31 or 31/03/2026") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise PydanticCustomError("date_out_of_range", f"lies between {_FIRST_YEAR} and {_LAST_YEAR}")
    return day


ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_check_external_id)]
"""The host CRM's own id."""
Line = Annotated[str, BeforeValidator(_clean_line), StringConstraints(min_length=1, max_length=200)]
"""One line of text with something in it; surrounding spaces and invisible marks are taken off."""
Phone = Annotated[Annotated[str, StringConstraints(max_length=50)] | None, BeforeValidator(absent_when_empty)]
"""A telephone number as people write it; empty is none."""
Email = Annotated[
    Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\s@<>,;\"]+@[^\s@<>,;\"]+$")] | None,
    BeforeValidator(absent_when_empty),
]
"""An address to write to; empty is none."""
Attributes = Annotated[dict[str, Any], AfterValidator(_check_attributes)]
"""Free attributes: texts, numbers, truth values, nothing, or lists of these."""
Amount = Annotated[Decimal, BeforeValidator(_amount)]
"""Euros, exact to the cent, as a number or as people write it; below zero for what goes out."""
Day = Annotated[date, BeforeValidator(_day)]
"""A day, as 2026-03-31 or 31/03/2026."""
