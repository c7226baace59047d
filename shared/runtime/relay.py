"""The relay of one service: takes committed events from the outbox, in order, to JetStream.

A row is sent once its transaction number lies below every transaction still running: all that could come before it
has then been committed, and is seen. Within one subject the next event is sent only after the one before is on disk,
so that a failed publication never lets a later fact overtake it.
"""

import asyncio
from collections.abc import Iterator, Sequence
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
_NEXT = text(
    "select tx::text as tx, id, event_id, subject, body from outbox"
    " where (tx, id) > (cast(:tx as xid8), :id) and tx < pg_snapshot_xmin(pg_current_snapshot())"
    " order by tx, id limit :limit"
)
_SENT = text("delete from outbox where (tx, id) <= (cast(:tx as xid8), :id)")
_STATE = text("select count(*), coalesce(extract(epoch from now() - min(written_at)), 0)::float8 from outbox")

_START = ("0", 0)
_LIMIT = 1000
_POLL = 0.1
_SOONEST = 0.002
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
        position, pause, measured = _START, _SOONEST, 0.0
        clock = asyncio.get_running_loop()
        while True:
            if clock.time() - measured > _MEASURE_EVERY:
                # From the start again, too: a restored backup may hold lower transaction numbers.
                position, measured = _START, clock.time()
                await self._measure(connection)
            self._nudged.clear()
            rows = (await connection.execute(_NEXT, {"tx": position[0], "id": position[1], "limit": _LIMIT})).all()
            if rows:
                position = await self._send(connection, rows)
                pause = _SOONEST
            else:
                pause = await self._wait(pause)

    async def _send(self, connection: AsyncConnection, rows: Sequence[Row[Any]]) -> tuple[str, int]:
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
        last = (rows[-1].tx, rows[-1].id)
        await connection.execute(_SENT, {"tx": last[0], "id": last[1]})
        self._acknowledged.clear()
        metrics.OUTBOX_PUBLISHED.labels(self._database.service).inc(len(rows))
        return last

    async def _wait(self, pause: float) -> float:
        """Sleep; after a nudge only briefly, growing, since a running transaction may still hold the rows back."""
        try:
            await asyncio.wait_for(self._nudged.wait(), pause)
        except TimeoutError:
            return min(pause * 2, _POLL)
        return _SOONEST

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
