"""What a webhook's body says of an event: ids, dates, states and amounts by an allow-list, no names and no texts."""

import json
from collections.abc import Callable
from typing import Any

from services.notification.ports.webhooks import JsonObject, Telling
from shared.contracts.campaign import CampaignDefined, CampaignMoment
from shared.contracts.followup import FactRecorded, SignalDecided
from shared.contracts.wire import CloudEvent, Event

_FACT = (
    "follow_up_id", "campaign_id", "client_id", "number", "occurred_at", "received_at", "recorded_at", "door", "actor",
)  # fmt: skip
_WHAT = (
    "kind", "on", "version", "step_id", "interaction", "potential", "entry_date", "advisor_id", "late", "due_on",
)  # fmt: skip
_CONCLUSION = ("kind", "on", "collected", "missing", "recorded_by")
_DEFINITION = (
    "campaign_id", "campaign_key", "version", "owner_id", "creator_id", "target", "start_date", "end_date",
    "notice_date", "archived", "deleted", "saved_at", "saved_by",
)  # fmt: skip


def _fact(data: JsonObject) -> JsonObject:
    fact = data["fact"]
    conclusion = fact.get("conclusion")
    return {
        **_only(data, _FACT),
        **_only(fact, _WHAT),
        "conclusion": None if conclusion is None else _only(conclusion, _CONCLUSION),
    }


def _definition(data: JsonObject) -> JsonObject:
    steps = [_only(step, ("id", "kind", "mandatory")) for step in data["steps"]]
    return {**_only(data, _DEFINITION), "steps": steps, "sales_step": data["sales_step"]}


def _whole(data: JsonObject) -> JsonObject:
    return data


_BODIES: dict[type[Event], Callable[[JsonObject], JsonObject]] = {
    FactRecorded: _fact,
    SignalDecided: _whole,
    CampaignDefined: _definition,
    CampaignMoment: _whole,
}
EVENTS = tuple(_BODIES)
EVENT_TYPES = tuple(event.type for event in EVENTS)
"""What may be subscribed to."""


def telling_of(event: CloudEvent[Any]) -> Telling:
    """The event as a CloudEvent in JSON, its data cut down to what may leave."""
    said = event.model_dump(mode="json")
    said["data"] = _BODIES[type(event.data)](said["data"])
    body = json.dumps({**said, "datacontenttype": "application/json"}, ensure_ascii=False, separators=(",", ":"))
    return Telling(event_id=event.id, event_type=event.type, at=event.time, body=body)


def _only(data: JsonObject, names: tuple[str, ...]) -> JsonObject:
    return {name: data[name] for name in names if name in data}
