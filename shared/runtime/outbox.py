"""Events leave in the transaction of the change they tell, and reach JetStream causes before effects."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.wire import CloudEvent, Event
from shared.rulebook.errors import Invalid
from shared.runtime.relay import Relay
from shared.runtime.tables import outbox_table

__all__ = ["Relay", "cloud_event_bytes", "enqueue", "outbox_table"]

_WRITE = text(
    "insert into outbox (event_id, subject, body)"
    " select id, subject, body"
    " from unnest(cast(:ids as text[]), cast(:subjects as text[]), cast(:bodies as bytea[]))"
    " with ordinality as event (id, subject, body, n) order by n"
)


MAX_EVENT_BYTES = 1_000_000
"""NATS's own default limit, less some room: an event above it would stop the relay for ever."""


async def enqueue(conn: AsyncConnection, events: Sequence[Event], *, source: str) -> None:
    """Write `events` in this order, in one statement; the relay publishes them after the commit."""
    if not events:
        return
    await conn.execute(
        _WRITE,
        {
            "ids": [event.event_id for event in events],
            "subjects": [event.subject for event in events],
            "bodies": [cloud_event_bytes(event, source=source) for event in events],
        },
    )


def cloud_event_bytes(event: Event, *, source: str) -> bytes:
    """The event as it travels: CloudEvents 1.0 in JSON; Invalid `event_too_large` when it could not."""
    envelope: CloudEvent[Event] = CloudEvent[type(event)].of(event, source=source)  # type: ignore[misc]
    body = envelope.model_dump_json().encode()
    if len(body) > MAX_EVENT_BYTES:
        raise Invalid("event_too_large", {"bytes": len(body), "limit": MAX_EVENT_BYTES})
    return body
