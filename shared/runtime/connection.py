"""The one connection of a role to NATS, and publishing on it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any, Self

import nats.errors
from nats.aio.client import Client
from nats.js import JetStreamContext

from shared.runtime.logging import logger
from shared.runtime.streams import Outgoing, headers_of

_ACK_TIMEOUT = 5.0
_log = logger(__name__)


class Connection:
    """Connected until closed: it reconnects for ever, and while it is disconnected publishing fails at once."""

    def __init__(self, *, name: str, replicas: int = 1) -> None:
        self.name = name
        self.client = Client()
        self.replicas = replicas
        self._closing = False
        self._unacknowledged: set[asyncio.Future[Any]] = set()
        self._reconnected: list[Callable[[], Awaitable[None]]] = []

    @classmethod
    async def connect(cls, url: str, *, name: str, replicas: int = 1) -> Self:
        """A connected one; waits for the server as long as it takes. `name` is the source of its events."""
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
            disconnected_cb=bus._on_disconnected,
            reconnected_cb=bus._on_reconnected,
        )
        return bus

    @cached_property
    def jetstream(self) -> JetStreamContext:
        """JetStream on this connection."""
        js: JetStreamContext = self.client.jetstream(timeout=_ACK_TIMEOUT)
        return js

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

    async def publish_all(self, messages: Sequence[Outgoing]) -> list[BaseException | None]:
        """Publish in this order with all acknowledgements in flight; answers the error of each, None when on disk."""
        futures: list[asyncio.Future[Any]] = []
        failure: BaseException = nats.errors.TimeoutError()
        for message in messages:
            try:
                futures.append(
                    await self.jetstream.publish_async(message.subject, message.body, headers=headers_of(message))
                )
            except (nats.errors.Error, OSError) as error:
                failure = error
                break  # the rest would overtake
        if futures:
            self._unacknowledged.update(futures)
            await asyncio.wait(futures, timeout=_ACK_TIMEOUT)
            self._unacknowledged.difference_update(futures)
        return [*map(_outcome, futures), *[failure] * (len(messages) - len(futures))]

    async def close(self) -> None:
        """Disconnect."""
        self._closing = True
        with suppress(OSError):  # closing says goodbye to a server that may be gone
            await self.client.close()

    async def _on_reconnected(self) -> None:
        _log.info("NATS is back")
        for callback in self._reconnected:
            await callback()

    async def _on_disconnected(self) -> None:
        for future in self._unacknowledged:
            future.cancel()  # its acknowledgement was lost with the connection
        if not self._closing:
            _log.warning("NATS is away")


async def known_to_server(client: Client) -> None:
    """Return once the server has taken all that was said before, such as a subscription.

    One flush of nats-py does not see to that: its PING overtakes what still waits to be written (6 subscriptions of
    1,500 were unknown after one, none after two).
    """
    await client.flush()
    await client.flush()


def _outcome(future: "asyncio.Future[Any]") -> BaseException | None:
    if not future.done():
        future.cancel()
    return nats.errors.TimeoutError() if future.cancelled() else future.exception()


async def _note_error(error: Exception) -> None:
    _log.warning("NATS error", error=type(error).__name__, detail=str(error)[:200])
