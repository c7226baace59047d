"""Live figures: one watcher per process looks at one number, boards read what changed, streams send it (ADR 0082)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

from services.reporting.ports.live import EVERY_CAMPAIGN, Changes
from services.reporting.use_cases.live_board import Board, Key, LiveCampaign, LiveQuestion, digest_of, short
from shared.rulebook.access import Action, Principal, may
from shared.runtime.clock import Clock

_AT_ONCE = 3
"""Boards read at the same time: one process leaves most of its connections to requests."""
_LOOK_AT_RIGHTS = 0.5
_READS_TO_CATCH_UP = 2
"""One that was begun before the number asked for, and one more."""
T = TypeVar("T")

Present = Callable[[], Awaitable[Principal]]
"""Who follows, with the rights of this moment; it raises when that is nobody any more."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one stream is sent: campaigns whose figures changed, none of them as a sign of life.

    `whole` says that they are all there are; `shown` is what the reader sees, in order, where that changed.
    """

    id: str
    campaigns: tuple[LiveCampaign, ...] = ()
    shown: tuple[str, ...] | None = None
    whole: bool = False


class LiveFigures:
    """The boards and streams of one process."""

    def __init__(
        self,
        changes: Changes,
        clock: Clock,
        *,
        pause: float,
        between: float,
        heartbeat: float,
        count: Callable[[int], None],
    ) -> None:
        """Look every `pause` seconds, send at least `between` apart and at most `heartbeat`; `count` hears how many."""
        self._changes = changes
        self._clock = clock
        self._pause = pause
        self._between = between
        self._heartbeat = heartbeat
        self._count = count
        self._boards: dict[Key, Board] = {}
        self._people: Counter[str] = Counter()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def open_by(self, user_id: str) -> int:
        """How many streams this person has open here."""
        return self._people[user_id]

    async def watch(self) -> None:
        """Have boards read when figures changed; runs until cancelled."""
        while True:
            if self._boards:
                await self.look()
            await asyncio.sleep(self._pause)

    async def look(self) -> None:
        """Look once."""
        number, today, now = await self._changes.number(), self._clock.today(), monotonic()
        for board in list(self._boards.values()):
            if (board.number, board.today) != (number, today) and now - board.read_at >= self._between:
                self._begin(board)

    async def follow(self, present: Present, question: LiveQuestion, last_id: str | None) -> AsyncIterator[Told]:
        """What the reader sees of the figures, then what changes of it, until `present` raises or nothing is seen.

        The first comes at once: everything, or, after `last_id`, what changed since. Raises NotVisible `not_visible`.
        """
        reader = await _allowed(present)
        self._people[reader.user_id] += 1
        self._count(self._people.total())
        try:
            following = _Following(self, question)
            try:
                yield await following.begin(reader, last_id)
                while True:
                    yield await following.next(present)
            finally:
                following.leave()
        finally:
            self._people[reader.user_id] -= 1
            self._people += Counter()  # forgets who has none
            self._count(self._people.total())

    async def board(self, reader: Principal, question: LiveQuestion, number: int = 0) -> Board:
        """The board of what is asked, at that number at least where there is such a one, with one stream more."""
        key = question.key(reader)
        board = self._boards.setdefault(key, Board(question, reader))
        board.streams += 1
        try:
            for _ in range(_READS_TO_CATCH_UP):
                if board.today is None or board.number < number:
                    await _to_its_end(self._begin(board))
        except BaseException:
            self.leave(board)
            raise
        return board

    def leave(self, board: Board) -> None:
        """One stream less; a board without any is forgotten."""
        board.streams -= 1
        if not board.streams:
            for key in [key for key, one in self._boards.items() if one is board]:
                del self._boards[key]

    async def changed_since(self, board: Board, number: int) -> Mapping[str, int]:
        """What may have changed since a number that another process may have told, up to the board's own at least."""

        async def ask() -> tuple[int, Mapping[str, int]]:
            async with self._changes.moment() as moment:
                return moment.number, await moment.changed_since(board.question.scope(board.reader), number)

        reached, changed = await _to_its_end(asyncio.ensure_future(ask()))
        while reached < board.number:
            reached, changed = await _to_its_end(asyncio.ensure_future(ask()))
        return changed

    @property
    def heartbeat(self) -> float:
        """Seconds until a silent stream is sent a sign of life."""
        return self._heartbeat

    def _begin(self, board: Board) -> "asyncio.Task[None]":
        """Have it read, unless that is going on."""
        if board.reading is None or board.reading.done():
            board.reading = asyncio.create_task(self._read(board))
            board.reading.add_done_callback(_heard)
        return board.reading

    async def _read(self, board: Board) -> None:
        async with self._turns, self._changes.moment() as moment:
            board.read_at = monotonic()
            await board.read(moment, self._clock.today())


class _Following:
    """One stream: what it was sent, and what comes next."""

    def __init__(self, live: LiveFigures, question: LiveQuestion) -> None:
        self._live = live
        self._question = question
        self._board: Board | None = None
        self._key: Key = ()
        self._reader: Principal | None = None
        self._sent: Mapping[str, str] = {}
        self._number = -1
        self._spoke_at = monotonic()

    async def begin(self, reader: Principal, last_id: str | None) -> Told:
        """Everything, or what changed after `last_id` if that was told of the same scope on the same day."""
        number, scope, states = _parts(last_id)
        board = await self._enter(reader, number)
        seen = board.seen_by(reader)
        if scope != self._scope(board) or number > board.number:
            return self._tell(board, seen, seen, whole=True, shown=True)
        if states == digest_of(seen.values()):
            return self._tell(board, seen, {})
        changed = await self._live.changed_since(board, number)
        seen = board.seen_by(reader)
        told = seen if EVERY_CAMPAIGN in changed else {id_: live for id_, live in seen.items() if id_ in changed}
        return self._tell(board, seen, told, shown=True)

    async def next(self, present: Present) -> Told:
        """What changed, or a sign of life; raises when the right to see it is gone."""
        while True:
            reader = await _allowed(present)
            if self._question.key(reader) != self._key:
                board = await self._enter(reader)
                seen = board.seen_by(reader)
                return self._tell(board, seen, seen, whole=True, shown=True)
            board = self._held()
            news = board.news
            if board.number != self._number or reader != self._reader:
                self._reader = reader
                seen = board.seen_by(reader)
                changed = {id_: live for id_, live in seen.items() if self._sent.get(id_) != live.digest}
                if changed or list(seen) != list(self._sent):
                    return self._tell(board, seen, changed, shown=list(seen) != list(self._sent))
                self._number = board.number
            if monotonic() - self._spoke_at >= self._live.heartbeat:
                return self._tell(board, board.seen_by(reader), {})
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_AT_RIGHTS):
                    await news.wait()

    def leave(self) -> None:
        """Follow no more."""
        if self._board is not None:
            self._live.leave(self._board)
            self._board = None

    async def _enter(self, reader: Principal, number: int = 0) -> Board:
        self.leave()
        self._board = await self._live.board(reader, self._question, number)
        self._key, self._reader = self._question.key(reader), reader
        return self._board

    def _held(self) -> Board:
        if self._board is None:
            raise LookupError("this stream was left")
        return self._board

    def _tell(
        self,
        board: Board,
        seen: Mapping[str, LiveCampaign],
        told: Mapping[str, LiveCampaign],
        *,
        whole: bool = False,
        shown: bool = False,
    ) -> Told:
        self._sent = {id_: live.digest for id_, live in seen.items()}
        self._number, self._spoke_at = board.number, monotonic()
        return Told(
            f"{board.number}.{self._scope(board)}.{digest_of(seen.values())}",
            tuple(told.values()),
            tuple(seen) if shown else None,
            whole,
        )

    def _scope(self, board: Board) -> str:
        return short(repr((self._key, board.today)))


async def _allowed(present: Present) -> Principal:
    reader = await present()
    may(reader, Action.SEE_FIGURES)
    return reader


def _parts(last_id: str | None) -> tuple[int, str, str]:
    """Number, scope and states of an id that was sent; of any other, those that fit nothing."""
    parts = (last_id or "").split(".")
    if len(parts) != 3 or not parts[0].isdecimal() or len(parts[0]) > 18:  # noqa: PLR2004  as _tell makes them
        return 0, "", ""
    return int(parts[0]), parts[1], parts[2]


async def _to_its_end(task: "asyncio.Future[T]") -> T:
    """What it answers. A stream that is cut off meanwhile breaks off no query, and no connection with it."""
    return await asyncio.shield(task)


def _heard(task: "asyncio.Task[None]") -> None:
    """Whoever waits for the board raises its error; where nobody does, the next look tries again."""
    if not task.cancelled():
        task.exception()
