"""How events are consumed: in order, one transaction per batch, acknowledged after; the failing ones set aside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count, groupby
from time import perf_counter
from typing import Any

from nats.aio.msg import Msg
from pydantic import ValidationError

from shared.contracts.wire import CloudEvent, Event
from shared.runtime import metrics, parking
from shared.runtime.background import cancel
from shared.runtime.connection import Connection
from shared.runtime.logging import logger
from shared.runtime.pulling import ACK_WAIT, Pull, Source
from shared.runtime.streams import PARKING, stream_of, type_of
from shared.runtime.transient import connection_lost, is_transient

Handle = Callable[[Sequence[CloudEvent[Any]]], Awaitable[None]]
Parked = Callable[[str, bytes, str], Awaitable[None]]
"""Told of a message before it is parked: a key that is the same however often it is told, the bytes, the reason."""

_PAUSES = (0.2, 1.0, 3.0, 10.0)
"""Before an event that failed is tried again, in seconds; the last one stays."""
_FIRST_WAIT = 0.05
_LONGEST_WAIT = 3.0
_AFTER_INTERRUPTION = 0.5
_TRIES_IN_PLACE = 8
"""After so many timeouts or lost locks an event lets those behind it pass, and is tried again later; never parked."""
_KEEP_ALIVE = ACK_WAIT / 3
_GRACE = 10.0
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many events at once, how often one may fail, and for how many seconds others gather after a batch."""

    batch: int
    max_deliver: int
    gather: float


class Consumption:
    """The running consumers of one durable name."""

    def __init__(self, consumers: Sequence["_Consumer"]) -> None:
        self._consumers = consumers
        self._tasks = [asyncio.create_task(consumer.run(), name=consumer.durable) for consumer in consumers]

    @property
    def sources(self) -> list[Source]:
        """Where it reads."""
        return [consumer.source for consumer in self._consumers]

    async def stop(self) -> None:
        """End after the batch in hand; what was fetched beyond it goes back to the server."""
        for consumer in self._consumers:
            consumer.stop()
        _, late = await asyncio.wait(self._tasks, timeout=_GRACE)
        await cancel(*late)


def start(
    bus: Connection,
    durable: str,
    models: Sequence[type[Event]],
    handle: Handle,
    pace: "Pace",
    *,
    parked: Parked | None = None,
) -> Consumption:
    """One consumer per stream that holds some of `models`, and one for parked messages to be tried again."""
    readers = {model.type: CloudEvent[model] for model in models}  # type: ignore[valid-type]
    sources = [
        *_sources(durable, models),
        Source(PARKING, f"{durable}-retry", (parking.retry_subject(durable),), durable),
    ]
    return Consumption(
        [
            _Consumer(bus, durable, source, readers=readers, handle=handle, pace=pace, parked=parked)
            for source in sources
        ]
    )


def _sources(durable: str, models: Sequence[type[Event]]) -> Iterator[Source]:
    for stream, group in groupby(sorted(models, key=stream_of), key=stream_of):
        yield Source(stream, durable, tuple(f"{model.type}.>" for model in group), durable)


@dataclass(frozen=True, slots=True)
class _Entry:
    message: Msg
    event: CloudEvent[Any]

    @property
    def seq(self) -> int:
        return int(self.message.metadata.sequence.stream)


class _Consumer:
    def __init__(
        self,
        bus: Connection,
        durable: str,
        source: Source,
        *,
        readers: dict[str, type[CloudEvent[Any]]],
        handle: Handle,
        pace: "Pace",
        parked: Parked | None,
    ) -> None:
        self._parked = parked
        self.durable = durable
        self._stopping = asyncio.Event()
        self._bus = bus
        self._readers = readers
        self._handle = handle
        self._pace = pace
        self._failures: dict[int, int] = {}
        self.source = source
        self._pull = Pull(bus, source, pace.batch)

    def stop(self) -> None:
        """End after the batch in hand; at once when it only waits."""
        self._stopping.set()
        self._pull.wake()

    async def run(self) -> None:
        """Consume until stopped; whatever goes wrong outside an event's own handling is logged, and begun anew."""
        while not self._stopping.is_set():
            try:
                async with self._pull.opened():
                    while not self._stopping.is_set():
                        messages = await self._pull.next_batch()
                        await self._process(messages)
                        if self._pace.gather and 0 < len(messages) < self._pace.batch and not self._stopping.is_set():
                            await self._wait(self._pace.gather)
            except Exception as error:  # noqa: BLE001  the loop outlives whatever happens
                _log.warning("consuming was interrupted", consumer=self.durable, error=parking.reason_of(error))
                await self._wait(_AFTER_INTERRUPTION)

    async def _process(self, messages: Sequence[Msg]) -> None:
        entries: list[_Entry] = []
        for message in messages:
            try:
                entries.append(_Entry(message, self._read(message)))
            except (ValidationError, LookupError) as error:
                await self._park(message, error)
        if entries:
            async with _kept_alive(entries):
                await self._work(entries)

    def _read(self, message: Msg) -> CloudEvent[Any]:
        return self._readers[type_of(parking.subject_of(message))].model_validate_json(message.data)

    async def _work(self, entries: Sequence[_Entry]) -> None:
        if self._stopping.is_set():
            await _give_back(entries)
            return
        error = await self._attempt(entries)
        if error is None:
            for entry in entries:
                await entry.message.ack()
                if self._failures:
                    self._failures.pop(entry.seq, None)
            metrics.CONSUMED.labels(self.durable, "handled").inc(len(entries))
        elif self._stopping.is_set():
            await _give_back(entries)
        elif len(entries) == 1:
            await self._set_aside(entries[0], error)
        else:
            for entry in entries:
                await self._work([entry])

    async def _attempt(self, entries: Sequence[_Entry]) -> Exception | None:
        """The error that is the events' own, or None; while a server is away it waits here, so that order is kept."""
        events = [entry.event for entry in entries]
        for tries in count(1):
            began = perf_counter()
            try:
                await self._handle(events)
            except Exception as error:  # noqa: BLE001  a handler may fail in any way
                if self._stopping.is_set() or not _worth_waiting(error, events=len(events), tries=tries):
                    return error
                metrics.CONSUMED.labels(self.durable, "waited").inc()
                _log.warning("waiting to handle events", consumer=self.durable, error=parking.reason_of(error))
            else:
                metrics.BATCH_SECONDS.labels(self.durable).observe(perf_counter() - began)
                return None
            await self._wait(min(_FIRST_WAIT * 2**tries, _LONGEST_WAIT))
        raise AssertionError("count never ends")

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _set_aside(self, entry: _Entry, error: Exception) -> None:
        if is_transient(error):
            await entry.message.nak(delay=_PAUSES[-1])
            return
        failures = self._failures.get(entry.seq, 0) + 1
        if failures >= self._pace.max_deliver:
            await self._park(entry.message, error)
            self._failures.pop(entry.seq, None)
            return
        self._failures[entry.seq] = failures
        metrics.CONSUMED.labels(self.durable, "failed").inc()
        _log.warning("an event failed", consumer=self.durable, event_id=entry.event.id, error=parking.reason_of(error))
        await entry.message.nak(delay=_PAUSES[min(failures, len(_PAUSES)) - 1])

    async def _park(self, message: Msg, error: Exception) -> None:
        reason = parking.reason_of(error)
        if self._parked is not None:
            await self._parked(parking.key_of(message), message.data, reason)
        await parking.park(self._bus.jetstream, self.durable, message, reason)
        await message.term()
        metrics.CONSUMED.labels(self.durable, "parked").inc()
        _log.error("a message was parked", consumer=self.durable, subject=message.subject, error=reason)


def _worth_waiting(error: Exception, *, events: int, tries: int) -> bool:
    """Whether to wait and try the same events again, rather than one by one or later."""
    if connection_lost(error):
        return True
    return events == 1 and is_transient(error) and tries < _TRIES_IN_PLACE


async def _give_back(entries: Sequence[_Entry]) -> None:
    for entry in entries:
        await entry.message.nak()


@asynccontextmanager
async def _kept_alive(entries: Sequence[_Entry]) -> AsyncIterator[None]:
    """Tell the server that the messages are worked on, so that it gives them to nobody else meanwhile."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(_KEEP_ALIVE)
            if entries[0].message._client.is_connected:  # noqa: SLF001  a message offers no other way to ask
                for entry in entries:
                    if not entry.message.is_acked:
                        await entry.message.in_progress()

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()
