"""What is said of each kind of interaction, between its form and its API (spec 5.4); only what was changed is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from services.portal.locale import Words

FIELDS = {
    "progress": "",
    "due_on": "form.day_invalid",
    "starts_at": "form.moment_invalid",
    "duration_minutes": "form.minutes_invalid",
    "place": "",
    "channel": "",
    "said": "",
    "subject": "",
    "body": "",
}
"""The fields, and what is said of one that cannot be read; in forms `d_` before the name, `b_` for what was there."""
_LINE = 300
_TEXT = 20_000
_WEEK_MINUTES = 10_080


@dataclass(frozen=True, slots=True)
class Read:
    """What changed, as the API takes it, and what is wrong by the name of its field."""

    details: dict[str, Any]
    errors: dict[str, str]


def instant_of(text: str, zone: tzinfo) -> str:
    """A moment typed without zone is the deployment's. ValueError when it cannot be read."""
    given = datetime.fromisoformat(text)
    return (given if given.tzinfo else given.replace(tzinfo=zone)).isoformat()


def read_details(typed: Mapping[str, str], before: Mapping[str, str], zone: tzinfo, say: Words) -> Read:
    """What was typed and was not there before; null for what was emptied."""
    read = Read({}, {})
    for name, wrong in FIELDS.items():
        text = typed.get(name, "")
        if text == before.get(name, ""):
            continue
        try:
            read.details[name] = _value(name, text, zone) if text else None
        except OverflowError:
            read.errors[f"d_{name}"] = say("form.too_long")
        except ValueError:
            read.errors[f"d_{name}"] = say(wrong)
    return read


def as_typed(interaction: Mapping[str, Any], zone: tzinfo) -> dict[str, str]:
    """An interaction as its form shows it."""
    shown = {name: "" if interaction[name] is None else str(interaction[name]) for name in FIELDS}
    if interaction["starts_at"] is not None:
        local = datetime.fromisoformat(interaction["starts_at"]).astimezone(zone)
        shown["starts_at"] = local.strftime("%Y-%m-%dT%H:%M")
    return shown


def _value(name: str, text: str, zone: tzinfo) -> str | int:
    """OverflowError when it is too long, ValueError when it cannot be read."""
    if name == "due_on":
        return date.fromisoformat(text).isoformat()
    if name == "starts_at":
        return instant_of(text, zone)
    if name == "duration_minutes":
        minutes = int(text)
        if not 0 < minutes <= _WEEK_MINUTES:
            raise ValueError(text)
        return minutes
    if len(text) > (_TEXT if name in {"said", "body"} else _LINE):
        raise OverflowError
    return text
