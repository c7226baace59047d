"""What people type into the fields of campaigns, read; what cannot be read is said at its field."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from services.portal.filled import Filled
from services.portal.locale import Words
from shared.rulebook.errors import Invalid
from shared.rulebook.money import parse_money
from shared.runtime import messages


def sentence(code: str, say: Words, about: Mapping[str, object] = MappingProxyType({})) -> str:
    """What the rulebook's code says in the person's language."""
    return messages.say(code, say.language, about, status=422)


def read_day(filled: Filled, name: str, say: Words, *, required: bool = False) -> str | None:
    """The day in ISO; None when there is none, or none that can be read."""
    text = filled.value(name)
    if not text:
        if required:
            filled.errors[name] = sentence("date_missing", say)
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        filled.errors[name] = say("form.day_invalid")
        return None


def read_money(filled: Filled, name: str, say: Words) -> str | None:
    """The euros to the cent; None when there are none, or none that can be read."""
    text = filled.value(name)
    return None if not text else _or_error(filled, name, say, lambda: str(parse_money(text)))


def read_whole(filled: Filled, name: str, say: Words) -> int | None:
    """The whole number; None when there is none, or none that can be read."""
    text = filled.value(name)
    if not text:
        return None
    if len(text) > 4 or not (text.isascii() and text.isdigit()):  # noqa: PLR2004  the API says the limit
        filled.errors[name] = say("editor.days_invalid")
        return None
    return int(text)


def _or_error(filled: Filled, name: str, say: Words, read: Callable[[], str]) -> str | None:
    try:
        return read()
    except Invalid as error:
        filled.errors[name] = sentence(error.code, say, error.data)
        return None
