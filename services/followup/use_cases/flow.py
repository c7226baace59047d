"""How much is sent to the engine at once: less when it does not answer in time, slowly more again when it does.

Without it an engine that falls behind gets every command again before it has looked at the first, and never recovers.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_LEAST = 2.0


class Flow:
    """Turns for at most `most` at once; a few always stay allowed, so that a recovery is noticed.

    Those whom somebody waits for at a screen come before all others that wait.
    """

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self._allowed = self._most
        self._taken = 0
        self._first: deque[asyncio.Future[None]] = deque()
        self._then: deque[asyncio.Future[None]] = deque()

    @property
    def allowed(self) -> int:
        """How many may be on their way now."""
        return int(self._allowed)

    @asynccontextmanager
    async def turn(self, *, first: bool = False) -> AsyncIterator[None]:
        """Wait for a turn, in the order of asking unless `first`, and hold it while the block runs."""
        if self._first or self._then or self._taken >= self.allowed:
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            (self._first if first else self._then).append(place)
            try:
                await place
            except asyncio.CancelledError:
                if place.done() and not place.cancelled():
                    self._taken -= 1
                    self._admit()
                raise
        else:
            self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
            self._admit()

    def answered(self) -> None:
        """The engine answered in time: one more after a whole window of such answers."""
        self._allowed = min(self._most, self._allowed + 1 / self._allowed)

    def unanswered(self) -> None:
        """It did not: one less for each, so that a whole window of such answers leaves the least."""
        self._allowed = max(_LEAST, self._allowed - 1)

    def _admit(self) -> None:
        while (waiting := self._first or self._then) and self._taken < self.allowed:
            place = waiting.popleft()
            if not place.done():
                self._taken += 1
                place.set_result(None)
