"""What of a service waits: events to leave its outbox, events that its consumers have yet to handle.

Asked of PostgreSQL and NATS at the moment of the request, so that any replica gives the same answer.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from sqlalchemy import text

from shared.runtime import parking
from shared.runtime.connection import Connection
from shared.runtime.database import Database
from shared.runtime.pulling import Source
from shared.runtime.streams import PARKING

_OUTBOX = text("select count(*), extract(epoch from now() - min(written_at))::float8 from outbox")
_LATE, _VERY_LATE = 10.0, 300.0
"""Seconds; docs/operations.md names them too."""


class BacklogState(StrEnum):
    """How a queue does, by the age of the oldest that waits in it."""

    CURRENT = "CURRENT"
    LATE = "LATE"
    VERY_LATE = "VERY_LATE"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait in one queue, and for how many seconds the oldest has; no age where nothing waits."""

    number: int
    oldest_seconds: float | None

    @property
    def state(self) -> BacklogState:
        """CURRENT up to ten seconds, VERY_LATE from five minutes on."""
        age = self.oldest_seconds or 0.0
        if age < _LATE:
            return BacklogState.CURRENT
        return BacklogState.LATE if age < _VERY_LATE else BacklogState.VERY_LATE


@dataclass(frozen=True, slots=True)
class ConsumerBacklog:
    """What one consumer has yet to handle over all its streams, and what it set aside for good."""

    name: str
    waiting: Waiting
    parked: int


async def outbox_backlog(database: Database) -> Waiting:
    """Events that are written and have not left."""
    async with database.reading() as connection:
        number, age = (await connection.execute(_OUTBOX)).one()
    return Waiting(number, age)


async def consumer_backlogs(bus: Connection, sources: Iterable[Source]) -> list[ConsumerBacklog]:
    """One by name for each of these consumers."""
    by_name: dict[str, list[Source]] = {}
    for source in sources:
        by_name.setdefault(source.of, []).append(source)
    parked = await _parked(bus.jetstream)
    found = await asyncio.gather(*(_waiting_for(bus.jetstream, parts) for parts in by_name.values()))
    return sorted(
        (
            ConsumerBacklog(name, waiting, parked.get(parking.failed_subject(name), 0))
            for name, waiting in zip(by_name, found, strict=True)
        ),
        key=lambda one: one.name,
    )


async def _waiting_for(js: JetStreamContext, sources: Sequence[Source]) -> Waiting:
    parts = await asyncio.gather(*(_waiting_at(js, source) for source in sources))
    ages = [part.oldest_seconds for part in parts if part.oldest_seconds is not None]
    return Waiting(sum(part.number for part in parts), max(ages, default=None))


async def _waiting_at(js: JetStreamContext, source: Source) -> Waiting:
    try:
        told = await js.consumer_info(source.stream, source.consumer)
    except NotFoundError:
        return Waiting(0, None)  # it is just being made
    number = (told.num_pending or 0) + (told.num_ack_pending or 0)
    if not number:
        return Waiting(0, None)
    handled = (told.ack_floor.stream_seq if told.ack_floor else 0) or 0
    ages = await asyncio.gather(*(_age_after(js, source.stream, handled, subject) for subject in source.subjects))
    return Waiting(number, max((age for age in ages if age is not None), default=0.0))


async def _age_after(js: JetStreamContext, stream: str, handled: int, subject: str) -> float | None:
    """Seconds since the first message of this subject behind the last one handled; None where there is none."""
    try:
        message = await js.get_msg(stream, seq=handled + 1, subject=subject, next=True)
    except NotFoundError:
        return None
    if message.time is None:
        return None
    return max(0.0, (datetime.now(UTC) - message.time).total_seconds())


async def _parked(js: JetStreamContext) -> dict[str, int]:
    """How many are parked by subject."""
    told = await js.stream_info(PARKING, subjects_filter=parking.failed_subject("*"))
    return dict(told.state.subjects or {})
