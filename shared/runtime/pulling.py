"""Messages of one durable JetStream consumer as they come, with one request for the next ones always at the server.

The client library's own `fetch` asks again for each batch and waits for it to fill; here whatever has arrived is a
batch, so a lone message is handled at once and a flood in large batches.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import nats.errors
from nats.aio.msg import Msg
from nats.js import api

from shared.runtime.connection import Connection

ACK_WAIT = 20.0
"""Seconds after which the server gives an unacknowledged message out again."""
_EXPIRES = 30.0
_HEARTBEAT = 1.0
_SILENCE = 3.0
"""After this many seconds without message or heartbeat, the request is taken for lost."""
_NANO = 1_000_000_000
_HEARTBEAT_STATUS = "100"
_CONFLICT_STATUS = "409"


@dataclass(frozen=True, slots=True)
class Source:
    """A durable consumer: the stream it reads, its name there, the subjects it wants, and whose events they are."""

    stream: str
    consumer: str
    subjects: tuple[str, ...]
    of: str = ""
    """The name under which all sources of one handler stand."""


class ConsumerGoneError(Exception):
    """The server no longer has the consumer: it must be made again."""


class Pull:
    """The messages of one source; open it, then take batches."""

    def __init__(self, bus: Connection, source: Source, batch: int) -> None:
        self._bus = bus
        self._source = source
        self._batch = batch
        self._arrived: asyncio.Queue[Msg | None] = asyncio.Queue()
        self._credit = 0
        self._gone = False
        self._inbox = ""
        bus.on_reconnect(self._on_reconnect)

    def wake(self) -> None:
        """Let `next_batch` return, empty if need be."""
        self._arrived.put_nowait(None)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Make or update the consumer and listen; at the end what was not taken goes back to the server."""
        self._credit, self._gone = 0, False
        await self._ensure_consumer()
        self._inbox = self._bus.client.new_inbox()
        subscription = await self._bus.client.subscribe(self._inbox, cb=self._receive)
        try:
            yield
        finally:
            if self._bus.connected:
                # What is on its way here arrives, to be given back too.
                await subscription.drain()  # type: ignore[no-untyped-call]  # the library leaves it untyped
                await self._give_back()

    async def next_batch(self) -> Sequence[Msg]:
        """All that has arrived, at most one batch; waits for the first."""
        while True:
            if self._credit <= 0 and self._arrived.empty():
                await self._request()
            try:
                first = await asyncio.wait_for(self._arrived.get(), _SILENCE)
            except TimeoutError:
                self._credit = 0
                continue
            if self._gone:
                raise ConsumerGoneError(self._source.consumer)
            taken = [first, *self._drained()]
            return [message for message in taken if message is not None]

    def _drained(self) -> list[Msg | None]:
        return [self._arrived.get_nowait() for _ in range(min(self._arrived.qsize(), self._batch - 1))]

    async def _receive(self, message: Msg) -> None:
        status = (message.headers or {}).get(api.Header.STATUS)
        if status is None:
            self._credit -= 1
            self._arrived.put_nowait(message)
            return
        if status != _HEARTBEAT_STATUS:
            self._credit = 0
            if (
                status == _CONFLICT_STATUS
                and "deleted" in (message.headers or {}).get(api.Header.DESCRIPTION, "").lower()
            ):
                self._gone = True
        self.wake()

    async def _on_reconnect(self) -> None:
        self._credit = 0  # the server forgot the request with the connection
        self.wake()

    async def _request(self) -> None:
        self._credit = self._batch
        request = {
            "batch": self._batch,
            "expires": int(_EXPIRES * _NANO),
            "idle_heartbeat": int(_HEARTBEAT * _NANO),
        }
        subject = f"{api.DEFAULT_PREFIX}.CONSUMER.MSG.NEXT.{self._source.stream}.{self._source.consumer}"
        try:
            await self._bus.client.publish(subject, json.dumps(request).encode(), reply=self._inbox)
        except nats.errors.OutboundBufferLimitError:
            self._credit = 0  # disconnected: the reconnection wakes us

    async def _ensure_consumer(self) -> None:
        await self._bus.jetstream.add_consumer(
            self._source.stream,
            config=api.ConsumerConfig(
                name=self._source.consumer,
                durable_name=self._source.consumer,
                filter_subjects=list(self._source.subjects),
                ack_policy=api.AckPolicy.EXPLICIT,
                ack_wait=ACK_WAIT,
                max_deliver=-1,  # failures are counted by the consumer: an outage is none
                max_ack_pending=max(1000, 4 * self._batch),
            ),
        )

    async def _give_back(self) -> None:
        for message in self._drained_all():
            await message.nak()

    def _drained_all(self) -> list[Msg]:
        left = [self._arrived.get_nowait() for _ in range(self._arrived.qsize())]
        return [message for message in left if message is not None]
