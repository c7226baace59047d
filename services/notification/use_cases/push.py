"""Live pages: each follows its user's stream from the last event it saw, and loses or repeats none.

One loop per process looks up the ends of the streams of all users who have a page open; a page reads its events itself.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.notification.ports import StreamEvent, Streams

_PAGE = 100
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tidings:
    """What one page is sent: `events` in order, none as a sign of life.

    `gap` says that events before them are no longer kept: the page has to look for itself. `reached` is the number
    before the first of the events, once the page has done so.
    """

    reached: int
    events: Sequence[StreamEvent] = ()
    gap: bool = False


@dataclass(slots=True, eq=False)
class _Page:
    user_id: str
    seq: int
    news: asyncio.Event = field(default_factory=asyncio.Event)


class LivePages:
    """The open pages of one process."""

    def __init__(self, streams: Streams, *, pause: float, heartbeat: float) -> None:
        """Look for news every `pause` seconds; a page hears something at least every `heartbeat` seconds."""
        self._streams = streams
        self._pause = pause
        self._heartbeat = heartbeat
        self._pages: set[_Page] = set()

    async def watch(self) -> None:
        """Wake the pages whose stream has grown; runs until cancelled."""
        while True:
            if self._pages:
                await self.look()
            await asyncio.sleep(self._pause)

    async def look(self) -> None:
        """Look once."""
        ends = await self._streams.ends(sorted({page.user_id for page in self._pages}))
        for page in self._pages:
            if ends.get(page.user_id, 0) > page.seq:
                page.news.set()

    async def follow(self, user_id: str, last_seen: int | None) -> AsyncGenerator[Tidings]:
        """The events after `last_seen` (None: from now on), for as long as the caller listens.

        The first tidings come at once, so that the page knows where it stands.
        """
        end = (await _to_its_end(self._streams.ends([user_id]))).get(user_id, 0)
        page = _Page(user_id, end if last_seen is None else min(last_seen, end))
        self._pages.add(page)
        try:
            yield Tidings(page.seq)
            page.news.set()
            while True:
                yield await self._next(page)
        finally:
            self._pages.discard(page)

    async def _next(self, page: _Page) -> Tidings:
        try:
            await asyncio.wait_for(page.news.wait(), self._heartbeat)
        except TimeoutError:
            return Tidings(page.seq)
        page.news.clear()
        since = page.seq
        events = await _to_its_end(self._streams.after(page.user_id, since, _PAGE))
        if not events:
            # Either nothing happened, or it was long ago and is forgotten, or it happened since we looked.
            end = (await _to_its_end(self._streams.ends([page.user_id]))).get(page.user_id, 0)
            if end > since:
                events = await _to_its_end(self._streams.after(page.user_id, since, _PAGE))
            if not events:
                page.seq = max(end, since)
                return Tidings(page.seq, gap=end > since)
        page.seq = events[-1].seq
        if len(events) == _PAGE:
            page.news.set()
        return Tidings(events[0].seq - 1, events, gap=events[0].seq > since + 1)


async def _to_its_end(query: Coroutine[Any, Any, T]) -> T:
    """What the query answers. A page that is closed meanwhile does not break off the query, and its connection with it.

    The server's cancellation of a closed page comes again at every wait, so that even breaking off would be broken off.
    """
    return await asyncio.shield(asyncio.ensure_future(query))
