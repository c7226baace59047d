"""The one connection of a role to NATS: facts by JetStream, questions by request and reply."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self, TypeVar

import nats
import nats.errors
from nats.aio.client import Client
from nats.js import JetStreamContext

from shared.contracts.wire import Answer, Event, Question
from shared.runtime import consuming, parking, questions, streams
from shared.runtime.consuming import Consumption, Handle
from shared.runtime.logging import logger
from shared.runtime.outbox import cloud_event_bytes
from shared.runtime.parking import NotParkedError, ParkedMessage
from shared.runtime.questions import AnyAnswer, NobodyAnswers, QuestionRefused
from shared.runtime.streams import Outgoing

__all__ = [
    "Bus",
    "Consumption",
    "NobodyAnswers",
    "NotParkedError",
    "Outgoing",
    "ParkedMessage",
    "QuestionRefused",
]

Q = TypeVar("Q", bound=Question)
A = TypeVar("A", bound=Answer)

_ACK_TIMEOUT = 5.0
_log = logger(__name__)


class Bus:
    """Connected until closed: it reconnects for ever, and while it is disconnected publishing fails at once."""

    def __init__(self, *, name: str, replicas: int = 1) -> None:
        self.name = name
        self.client = Client()
        self._replicas = replicas
        self._reconnected: list[Callable[[], Awaitable[None]]] = []
        self._consumptions: list[Consumption] = []

    @classmethod
    async def connect(cls, url: str, *, name: str, replicas: int = 1) -> Self:
        """A connected bus; waits for the server as long as it takes. `name` is the source of its events."""
        bus = cls(name=name, replicas=replicas)
        await bus.client.connect(
            [part.strip() for part in url.split(",")],
            name=f"jalon-{name}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,  # type: ignore[arg-type]  # seconds, and it takes fractions
            connect_timeout=2,
            ping_interval=5,
            max_outstanding_pings=2,
            # Nothing is buffered while disconnected: who publishes or asks learns at once, and nothing is sent late.
            pending_size=0,
            error_cb=_note_error,
            disconnected_cb=_note_disconnection,
            reconnected_cb=bus._on_reconnected,
        )
        return bus

    @property
    def jetstream(self) -> JetStreamContext:
        """JetStream on this connection."""
        if not hasattr(self, "_js"):
            self._js: JetStreamContext = self.client.jetstream(timeout=_ACK_TIMEOUT)
        return self._js

    @property
    def connected(self) -> bool:
        """Whether the server is reachable now."""
        return bool(self.client.is_connected)

    def on_reconnect(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Call `callback` each time the connection came back."""
        self._reconnected.append(callback)

    async def ready(self) -> None:
        """Raise when the server does not answer."""
        if not self.connected:
            raise ConnectionError("NATS is not connected")
        await self.client.flush(timeout=1)

    async def ensure_streams(self) -> None:
        """Create the streams where absent; any number of roles may do so at once."""
        await streams.ensure(self.jetstream, self._replicas)

    async def publish(self, event: Event) -> None:
        """Publish one event that no transaction goes with; returns when it is on disk."""
        message = Outgoing(event.subject, event.event_id, cloud_event_bytes(event, source=self.name))
        error = (await self.publish_all([message]))[0]
        if error is not None:
            raise error

    async def publish_all(self, messages: Sequence[Outgoing]) -> list[BaseException | None]:
        """Publish in this order with all acknowledgements in flight; answers the error of each, None when on disk."""
        futures: list[asyncio.Future[Any]] = []
        failure: BaseException = nats.errors.TimeoutError()
        for message in messages:
            try:
                futures.append(
                    await self.jetstream.publish_async(
                        message.subject, message.body, headers={"Nats-Msg-Id": message.message_id}
                    )
                )
            except (nats.errors.Error, OSError) as error:
                failure = error
                break  # the rest would overtake
        if futures:
            await asyncio.wait(futures, timeout=_ACK_TIMEOUT)
        return [*map(_outcome, futures), *[failure] * (len(messages) - len(futures))]

    async def consume(
        self, durable: str, models: Sequence[type[Event]], handle: Handle, *, batch: int = 200, max_deliver: int = 5
    ) -> Consumption:
        """Have `handle` called with decoded events, a batch at a time and in order, and acknowledge after it returned.

        One transaction per batch is meant. When it fails, the events are tried one by one; one that fails
        `max_deliver` times, or cannot be decoded, is parked and never blocks those behind it. While PostgreSQL or
        NATS is away, nothing is parked: it waits. `durable` is one consumer for all replicas of a role; across
        replicas, and for an event tried again, only the events' own numbers tell the order.
        """
        consumption = consuming.start(self, durable, models, handle, batch=batch, max_deliver=max_deliver)
        self._consumptions.append(consumption)
        return consumption

    async def answer(self, question: type[Q], handler: Callable[[Q], Awaitable[Answer]]) -> None:
        """Answer this question; replicas share the work. What `handler` raises travels back as a problem."""
        await questions.answer(self.client, question, handler)

    async def ask(self, question: Question, answer: type[AnyAnswer], timeout: float = 2.0) -> AnyAnswer:  # noqa: ASYNC109
        """The answer; NobodyAnswers when none came within `timeout` seconds, QuestionRefused with the reason."""
        return await questions.ask(self.client, question, answer, timeout)

    async def parked(self, *, after: int = 0, limit: int = 100) -> list[ParkedMessage]:
        """Messages that failed for good, oldest first, with number above `after`."""
        return await parking.parked(self.jetstream, after=after, limit=limit)

    async def retry_parked(self, seq: int) -> None:
        """Give a parked message back to the one consumer that failed on it; NotParkedError when it is gone."""
        await parking.retry(self.jetstream, seq)

    async def dismiss_parked(self, seq: int) -> None:
        """Drop a parked message for good; NotParkedError when it is gone."""
        await parking.dismiss(self.jetstream, seq)

    async def close(self) -> None:
        """Stop the consumers, then disconnect."""
        await asyncio.gather(*(consumption.stop() for consumption in self._consumptions))
        await self.client.close()

    async def _on_reconnected(self) -> None:
        _log.info("NATS is back")
        for callback in self._reconnected:
            await callback()


def _outcome(future: "asyncio.Future[Any]") -> BaseException | None:
    if not future.done():
        future.cancel()
        return nats.errors.TimeoutError()
    return asyncio.CancelledError() if future.cancelled() else future.exception()


async def _note_error(error: Exception) -> None:
    _log.warning("NATS error", error=type(error).__name__, detail=str(error)[:200])


async def _note_disconnection() -> None:
    _log.warning("NATS is away")
