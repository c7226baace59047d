"""Messages that a consumer failed on for good: kept as they came, with the reason, until tried again or dismissed.

A message tried again goes to the consumer that failed on it and to no other: each consumer also reads its own
subject of the parking stream.
"""

import asyncio
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from shared.runtime.streams import PARKING

_FAILED = "campaigns.parking.failed"
_RETRY = "campaigns.parking.retry"
SUBJECT_HEADER = "Jalon-Subject"
_CONSUMER_HEADER = "Jalon-Consumer"
_REASON_HEADER = "Jalon-Reason"
_LONGEST_REASON = 500

Of = Collection[str] | None
"""The consumers whose messages are meant; None for all."""


class NotParkedError(LookupError):
    """No message is parked under this number: retried, dismissed or too old."""


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """One parked message; `seq` names it, `body` is the event as it came, or text when it is no JSON."""

    seq: int
    consumer: str
    subject: str
    reason: str
    parked_at: datetime | None
    body: Any


def retry_subject(durable: str) -> str:
    """Where a consumer finds the parked messages that it shall try again."""
    return f"{_RETRY}.{durable}"


def failed_subject(durable: str) -> str:
    """Where the messages are kept on which a consumer failed for good."""
    return f"{_FAILED}.{durable}"


def subject_of(message: Msg) -> str:
    """The subject a message was first published on, also when it comes back from the parking stream."""
    return (message.headers or {}).get(SUBJECT_HEADER) or message.subject


def reason_of(error: BaseException) -> str:
    """What went wrong, in one line without the values that may name a person."""
    if isinstance(error, ValidationError):
        details = error.errors(include_url=False, include_input=False, include_context=False)
        lines = [f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in details[:5]]
        return f"cannot be read: {'; '.join(lines)}"[:_LONGEST_REASON]
    first_line = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {first_line}"[:_LONGEST_REASON]


def key_of(message: Msg) -> str:
    """The same for one message however often it comes."""
    return f"{message.metadata.stream}/{message.metadata.sequence.stream}"


async def park(js: JetStreamContext, durable: str, message: Msg, reason: str) -> None:
    """Publish the message, as it came, to the parking stream; once however often it is tried."""
    await js.publish(
        failed_subject(durable),
        message.data,
        headers={
            SUBJECT_HEADER: subject_of(message),
            _CONSUMER_HEADER: durable,
            _REASON_HEADER: reason.encode("ascii", "backslashreplace").decode(),
            "Nats-Msg-Id": f"parked/{durable}/{key_of(message)}",
        },
    )


async def parked(js: JetStreamContext, of: Of, *, after: int, limit: int) -> list[ParkedMessage]:
    """See `Bus.parked`."""
    subjects = [f"{_FAILED}.>"] if of is None else [failed_subject(durable) for durable in sorted(of)]
    pages = await asyncio.gather(*(_page(js, subject, after, limit) for subject in subjects))
    return sorted(chain.from_iterable(pages), key=lambda one: one.seq)[:limit]


async def retry(js: JetStreamContext, seq: int, of: Of) -> None:
    """See `Bus.retry_parked`."""
    raw = await _read(js, seq, of)
    headers = raw.headers or {}
    await js.publish(
        retry_subject(headers[_CONSUMER_HEADER]),
        raw.data or b"",
        headers={SUBJECT_HEADER: headers[SUBJECT_HEADER], "Nats-Msg-Id": f"retried/{seq}"},
    )
    await js.delete_msg(PARKING, seq)


async def dismiss(js: JetStreamContext, seq: int, of: Of) -> None:
    """See `Bus.dismiss_parked`."""
    await _read(js, seq, of)
    await js.delete_msg(PARKING, seq)


async def _page(js: JetStreamContext, subject: str, after: int, limit: int) -> list[ParkedMessage]:
    found: list[ParkedMessage] = []
    seq = after
    while len(found) < limit:
        try:
            raw = await js.get_msg(PARKING, seq=seq + 1, subject=subject, next=True)
        except NotFoundError:
            break
        seq = raw.seq or 0
        found.append(_parked_message(raw))
    return found


async def _read(js: JetStreamContext, seq: int, of: Of) -> RawStreamMsg:
    try:
        raw = await js.get_msg(PARKING, seq=seq)
    except NotFoundError:
        raise NotParkedError(seq) from None
    prefix, _, durable = (raw.subject or "").rpartition(".")
    if prefix != _FAILED or (of is not None and durable not in of):
        raise NotParkedError(seq)
    return raw


def _parked_message(raw: RawStreamMsg) -> ParkedMessage:
    headers: Mapping[str, str] = raw.headers or {}
    return ParkedMessage(
        seq=raw.seq or 0,
        consumer=headers.get(_CONSUMER_HEADER, ""),
        subject=headers.get(SUBJECT_HEADER, ""),
        reason=headers.get(_REASON_HEADER, ""),
        parked_at=raw.time,
        body=_readable(raw.data or b""),
    )


def _readable(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")
