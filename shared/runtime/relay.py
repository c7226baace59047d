"""The relay of one service: takes committed events from the outbox, in order, to JetStream.

Rows are read by one snapshot in the order of their number, which the sequence gave when they were written. Whatever
was committed before an event was written has a lower number and is in every snapshot that holds the event, so causes
arrive before effects, and the events of a locked row in the order of its changes. Transactions that ran side by side
have no order to keep: none waits for another. (Ordering by transaction number would not do: a transaction gets its
number before it waits for a lock, and may commit after one with a higher number.)

Within one subject the next event is sent only after the one before is on disk, so that a failed publication never
lets a later fact overtake it.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import nats.errors
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.runtime import metrics
from shared.runtime.connection import Connection
from shared.runtime.database import Database
from shared.runtime.logging import logger
from shared.runtime.streams import Outgoing

_LOCK = text("select pg_try_advisory_lock(hashtext('outbox'), hashtext(current_schema()::text))")
_NEXT = text("select id, event_id, subject, body from outbox order by id limit :limit")
_SENT = text("delete from outbox where id = any(cast(:ids as bigint[]))")
_STATE = text("select count(*), coalesce(extract(epoch from now() - min(written_at)), 0)::float8 from outbox")

_LIMIT = 1000
_POLL = 0.1
_GATHER = 0.02
"""After a round, seconds in which others gather: a lone event left at once, and a round costs many events."""
_MEASURE_EVERY = 5.0
_OTHER_RELAY = 1.0
_log = logger(__name__)


class Relay:
    """One per service publishes at a time, by advisory lock; the others stand by. `await relay.run()` never returns."""

    def __init__(self, database: Database, bus: Connection) -> None:
        self._database = database
        self._bus = bus
        self._nudged = asyncio.Event()
        self._acknowledged: set[str] = set()

    def nudge(self) -> None:
        """Say that events were committed just now, so that they leave before the next poll."""
        self._nudged.set()

    async def run(self) -> None:
        """Relay until cancelled; while PostgreSQL or NATS is away, wait and go on."""
        pause = _POLL
        while True:
            try:
                async with self._database.engine.connect() as connection:
                    await self._relay_while_locked(connection)
                pause = _POLL
            except (DBAPIError, nats.errors.Error, OSError, TimeoutError) as error:
                _log.warning("the relay waits", service=self._database.service, error=type(error).__name__)
                pause = min(pause * 2, 2.0)
            await asyncio.sleep(pause)

    async def _relay_while_locked(self, pooled: AsyncConnection) -> None:
        connection = await pooled.execution_options(isolation_level="AUTOCOMMIT")
        if not await connection.scalar(_LOCK):
            await asyncio.sleep(_OTHER_RELAY)
            return
        try:
            await self._relay(connection)
        finally:
            # The lock belongs to the session: it must not go back to the pool with it.
            await connection.invalidate()

    async def _relay(self, connection: AsyncConnection) -> None:
        measured = float("-inf")
        clock = asyncio.get_running_loop()
        while True:
            if clock.time() - measured > _MEASURE_EVERY:
                measured = clock.time()
                await self._measure(connection)
            self._nudged.clear()
            rows = (await connection.execute(_NEXT, {"limit": _LIMIT})).all()
            if rows:
                await self._send(connection, rows)
                if len(rows) < _LIMIT:
                    await asyncio.sleep(_GATHER)
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._nudged.wait(), _POLL)

    async def _send(self, connection: AsyncConnection, rows: Sequence[Row[Any]]) -> None:
        unsent = [
            Outgoing(row.subject, row.event_id, row.body) for row in rows if row.event_id not in self._acknowledged
        ]
        for wave in waves(unsent):
            errors = await self._bus.publish_all(wave)
            self._acknowledged.update(
                message.message_id for message, error in zip(wave, errors, strict=True) if error is None
            )
            if failed := next(filter(None, errors), None):
                raise failed
        await connection.execute(_SENT, {"ids": [row.id for row in rows]})
        self._acknowledged.clear()
        metrics.OUTBOX_PUBLISHED.labels(self._database.service).inc(len(rows))

    async def _measure(self, connection: AsyncConnection) -> None:
        depth, age = (await connection.execute(_STATE)).one()
        metrics.OUTBOX_DEPTH.labels(self._database.service).set(depth)
        metrics.OUTBOX_AGE.labels(self._database.service).set(age)


def waves(messages: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    """The messages in rounds, each subject at most once per round, in the order in which they came."""
    left = list(messages)
    while left:
        seen: set[str] = set()
        wave: list[Outgoing] = []
        later: list[Outgoing] = []
        for message in left:
            (later if message.subject in seen else wave).append(message)
            seen.add(message.subject)
        yield wave
        left = later
