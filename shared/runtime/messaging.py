"""The bus between services: facts by JetStream, questions by request and reply."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from shared.contracts.wire import Answer, Event, Question
from shared.runtime import consuming, parking, questions, streams
from shared.runtime.connection import Connection
from shared.runtime.consuming import Consumption, Handle, Pace, Parked
from shared.runtime.outbox import cloud_event_bytes
from shared.runtime.parking import NotParkedError, ParkedMessage
from shared.runtime.pulling import Source
from shared.runtime.questions import Answering, AnyAnswer, NobodyAnswers, QuestionRefused
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


class Bus(Connection):
    """What a role publishes, consumes, asks and answers. `name` is the source of its events."""

    def __init__(self, *, name: str, replicas: int = 1) -> None:
        super().__init__(name=name, replicas=replicas)
        self._consumptions: list[Consumption] = []
        self._answerings: list[Answering] = []

    async def ensure_streams(self) -> None:
        """Create the streams where absent; any number of roles may do so at once."""
        await streams.ensure(self.jetstream, self.replicas)

    async def publish(self, event: Event) -> None:
        """Publish one event that no transaction goes with; returns when it is on disk."""
        message = Outgoing(event.subject, event.event_id, cloud_event_bytes(event, source=self.name))
        error = (await self.publish_all([message]))[0]
        if error is not None:
            raise error

    async def consume(
        self,
        durable: str,
        models: Sequence[type[Event]],
        handle: Handle,
        *,
        batch: int = 200,
        max_deliver: int = 5,
        gather: float = 0.0,
        parked: Parked | None = None,
    ) -> Consumption:
        """Have `handle` called with decoded events, a batch at a time and in order, and acknowledge after it returned.

        One transaction per batch is meant; after one that was not full, others gather for `gather` seconds. When it
        fails, the events are tried one by one; one that fails `max_deliver` times, or cannot be decoded, is parked and
        never blocks those behind it. While PostgreSQL or NATS is away, nothing is parked: it waits. `durable` is one
        consumer for all replicas of a role; across replicas, and for an event tried again, only the events' own
        numbers tell the order. `parked` is told of a message before it is parked, perhaps more than once.
        """
        consumption = consuming.start(self, durable, models, handle, Pace(batch, max_deliver, gather), parked=parked)
        self._consumptions.append(consumption)
        return consumption

    @property
    def sources(self) -> list[Source]:
        """Where its consumers read."""
        return [source for consumption in self._consumptions for source in consumption.sources]

    async def answer(self, question: type[Q], handler: Callable[[Q], Awaitable[Answer]]) -> None:
        """Answer this question; replicas share the work. What `handler` raises travels back as a problem."""
        self._answerings.append(await questions.answer(self.client, question, handler))

    async def ask(self, question: Question, answer: type[AnyAnswer], timeout: float = 2.0) -> AnyAnswer:  # noqa: ASYNC109
        """The answer; NobodyAnswers when none came within `timeout` seconds, QuestionRefused with the reason."""
        return await questions.ask(self.client, question, answer, timeout)

    async def parked(self, of: parking.Of = None, *, after: int = 0, limit: int = 100) -> list[ParkedMessage]:
        """Messages that failed for good, of these consumers, oldest first, with number above `after`."""
        return await parking.parked(self.jetstream, of, after=after, limit=limit)

    async def retry_parked(self, seq: int, of: parking.Of = None) -> None:
        """Give a parked message back to the one consumer that failed on it; NotParkedError when `of` parked none."""
        await parking.retry(self.jetstream, seq, of)

    async def dismiss_parked(self, seq: int, of: parking.Of = None) -> None:
        """Drop a parked message for good; NotParkedError when none of these consumers parked it, or it is gone."""
        await parking.dismiss(self.jetstream, seq, of)

    async def stop_consuming(self) -> None:
        """Stop every consumer after the batch it has in hand."""
        await asyncio.gather(*(consumption.stop() for consumption in self._consumptions))
        self._consumptions.clear()

    async def close(self) -> None:
        """Stop the consumers, answer what was asked, then disconnect."""
        await self.stop_consuming()
        await asyncio.gather(*(answering.stop() for answering in self._answerings))
        self._answerings.clear()
        await super().close()
