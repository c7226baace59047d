"""The timeline in sentences: who did what, when, from where, and what was refused and why (spec 5.9)."""

from collections.abc import Mapping
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


def happenings(items: list[dict[str, Any]], titles: Mapping[str, str], say: Words) -> list[Happening]:
    """The lines in the order given, the latest first; `titles` are those of the steps by id."""
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
        trouble=_trouble(item, say),
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


def _trouble(item: dict[str, Any], say: Words) -> str | None:
    key = _TROUBLE.get(item["verdict"])
    if key is None:
        return None
    if item["code"] is None:
        return say(key)
    reason = messages.say(item["code"], say.language, item["data"] or {}, status=_CONFLICT)
    return say("frame.about", what=say(key), whom=reason)
