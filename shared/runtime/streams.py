"""The JetStream streams and what each keeps; made by whichever role starts first."""

import asyncio
from dataclasses import dataclass

from nats.js import JetStreamContext, api
from nats.js.errors import APIError, ServiceUnavailableError

from shared.contracts.campaign import CampaignDefined
from shared.contracts.wire import Event

PARKING = "PARKING"
_OWNERS = ("directory", "campaign", "followup", "crm")
_DAY = 86_400.0
_KEPT_FOR = 30 * _DAY
_TYPE_TOKENS = 4
"""`campaigns.<owner>.<fact>.v1`"""
_ALREADY_IN_USE = 10058
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message for JetStream; `message_id` makes a second publication within the duplicate window vanish."""

    subject: str
    message_id: str
    body: bytes


def stream_of(model: type[Event]) -> str:
    """The stream that holds events of this type."""
    return model.type.split(".")[1].upper()


def type_of(subject: str) -> str:
    """The event type at the start of a subject."""
    return ".".join(subject.split(".")[:_TYPE_TOKENS])


def headers_of(message: Outgoing) -> dict[str, str]:
    """The id by which a second publication is known; and how long to keep what its stream would keep for ever."""
    headers = {"Nats-Msg-Id": message.message_id}
    owner = message.subject.split(".")[1]
    if owner == "campaign" and type_of(message.subject) != CampaignDefined.type:
        headers["Nats-TTL"] = str(int(_KEPT_FOR))
    return headers


def stream_configs(replicas: int) -> list[api.StreamConfig]:
    """What each stream keeps: people once each for ever, definitions for ever, the rest a month, failures a year.

    A new reader thus learns every campaign from the stream, however long ago it was changed last.
    """
    configs = [_config(owner.upper(), owner, replicas, max_age=_KEPT_FOR) for owner in _OWNERS]
    # One message per person, replaced by the tombstone when the person is erased; no age, or the silent would vanish.
    configs[0].max_msgs_per_subject = 1
    configs[0].max_age = 0
    # Every version of every campaign, which are few; its other messages carry the age that the stream has not.
    configs[1].max_age = 0
    configs[1].allow_msg_ttl = True
    return [*configs, _config(PARKING, "parking", replicas, max_age=365 * _DAY)]


async def ensure(js: JetStreamContext, replicas: int) -> None:
    """Create the streams or bring them up to date, whoever else does the same at this moment."""
    for config in stream_configs(replicas):
        await _ensure_one(js, config)


async def _ensure_one(js: JetStreamContext, config: api.StreamConfig) -> None:
    for attempt in range(_ATTEMPTS):
        try:
            await js.add_stream(config)
        except ServiceUnavailableError:
            if attempt == _ATTEMPTS - 1:
                raise
            await asyncio.sleep(0.25)  # JetStream starts, or elects its leader, after the first connections
        except APIError as error:
            if error.err_code != _ALREADY_IN_USE:
                raise
            await js.update_stream(config)
            return
        else:
            return


def _config(name: str, owner: str, replicas: int, *, max_age: float) -> api.StreamConfig:
    return api.StreamConfig(
        name=name,
        subjects=[f"campaigns.{owner}.>"],
        retention=api.RetentionPolicy.LIMITS,
        storage=api.StorageType.FILE,
        discard=api.DiscardPolicy.OLD,
        max_age=max_age,
        duplicate_window=300.0,
        num_replicas=replicas,
        allow_direct=True,
        max_msgs_per_subject=-1,
    )
