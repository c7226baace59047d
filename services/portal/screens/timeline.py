"""The timeline in sentences: who did what, when, from where, and what was refused and why (spec 5.9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.locale import Words
from shared.runtime import messages

_CONFLICT = 409
_TROUBLE = {"refused": "timeline.refused", "parked": "timeline.parked", "pending": "timeline.pending"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline."""

    text: str
    by: str
    occurred_at: str
    received_at: str | None
    note: str | None
    collected: str | None
    trouble: str | None
    verdict: str
    late: bool


def titles_of(steps: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The titles of steps by id, and the texts of their checklist items by step and item."""
    titles = {}
    for step in steps:
        titles[step["id"]] = step["title"]
        titles |= {_item(step["id"], item["id"]): item["text"] for item in step.get("checklist", ())}
    return titles


def happenings(items: list[dict[str, Any]], titles: Mapping[str, str], say: Words) -> list[Happening]:
    """The lines in the order given, the latest first; `titles` name the steps and items as they are now."""
    return [_happening(item, titles, say) for item in items]


def _happening(item: dict[str, Any], titles: Mapping[str, str], say: Words) -> Happening:
    recorded = item["occurred_at"][:16] == item["received_at"][:16]
    return Happening(
        text=_what(item, titles, say),
        by=_by(item, say),
        occurred_at=item["occurred_at"],
        received_at=None if recorded else item["received_at"],
        note=item["note"],
        collected=item["collected"],
        trouble=_trouble(item, titles, say),
        verdict=item["verdict"],
        late=item["late"],
    )


def _what(item: dict[str, Any], titles: Mapping[str, str], say: Words) -> str:
    step = titles.get(item["step_id"] or "", say("wish.removed_step"))
    key = next((key for key in (f"fact.{item['kind']}", f"wish.{item['kind']}") if say.known(key)), "wish.other")
    return say(key, step=step)


def _by(item: dict[str, Any], say: Words) -> str:
    """Who, and through which door; what the house did by the clock has no author."""
    door = say(f"door.{item['door']}")
    if item["door"] == "system" and not item["actor_name"] and item["actor"] != "crm":
        return door
    return say("timeline.by", actor=_who(item, say), door=door)


def _who(item: dict[str, Any], say: Words) -> str:
    if item["actor"] == "crm":
        return say("actor.crm")
    return str(item["actor_name"] or say("actor.unknown"))


def _item(step_id: str, item_id: str) -> str:
    return f"{step_id}/{item_id}"


def _trouble(item: dict[str, Any], titles: Mapping[str, str], say: Words) -> str | None:
    key = _TROUBLE.get(item["verdict"])
    if key is None:
        return None
    if item["code"] is None:
        return say(key)
    data = item["data"] or {}
    reason = say("frame.about", what=say(key), whom=messages.say(item["code"], say.language, data, status=_CONFLICT))
    missing = _missing(data, titles)
    return say("timeline.missing", reason=reason, names=", ".join(missing)) if missing else reason


def _missing(data: Mapping[str, Any], titles: Mapping[str, str]) -> list[str]:
    """What was missing then, by the names that steps and items have now; what is gone by now has none."""
    missing, step = data.get("missing"), data.get("step")
    if not isinstance(missing, list):
        return []
    found = (titles.get(_item(str(step), str(one))) or titles.get(str(one)) for one in missing)
    return [name for name in found if name]
