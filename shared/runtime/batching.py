"""Many small requests folded into few transactions, without making a lone request wait."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

Run = Callable[[Sequence[Item]], Awaitable[Sequence[Result | BaseException]]]
"""Answers one result, or one error, per item and in their order."""


class Coalescer(Generic[Item, Result]):
    """While a batch runs, later submissions gather; together they form the next one, at most `max_size` of them.

    `run` is called in a task of its own, so that a caller that gives up never stops the batch for the others: an item
    not yet begun is dropped, one already begun is finished and its result thrown away. An error that `run` raises,
    rather than returns, goes to every caller of that batch.
    """

    def __init__(
        self, run: Run[Item, Result], *, max_size: int = 100, gather: Callable[[], float] = lambda: 0.0
    ) -> None:
        """`gather` says how many seconds to let items gather before each batch: 0 where few are expected."""
        self._run = run
        self._max_size = max_size
        self._gather = gather
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """The item's own result; raises the item's own error."""
        mine: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, mine))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return await mine

    async def close(self) -> None:
        """Wait until everything submitted has been answered."""
        while self._worker is not None:
            await asyncio.wait({self._worker})

    async def _work(self) -> None:
        try:
            while self._waiting:
                if pause := self._gather():
                    await asyncio.sleep(pause)
                if batch := self._next_batch():
                    await self._run_batch(batch)
        finally:
            self._worker = None
            for _, caller in self._waiting:
                caller.cancel()
            self._waiting.clear()

    def _next_batch(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        while self._waiting and len(batch) < self._max_size:
            entry = self._waiting.popleft()
            if not entry[1].done():
                batch.append(entry)
        return batch

    async def _run_batch(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        running = asyncio.ensure_future(self._run([item for item, _ in batch]))  # noqa: RUF006  awaited right below
        try:
            await asyncio.wait({running})
        finally:
            if not running.done():
                running.cancel()
                for _, caller in batch:
                    caller.cancel()
        for (_, caller), outcome in zip(batch, _outcomes(running, len(batch)), strict=True):
            if caller.done():
                continue
            if isinstance(outcome, asyncio.CancelledError):
                caller.cancel()
            elif isinstance(outcome, BaseException):
                caller.set_exception(outcome)
            else:
                caller.set_result(outcome)


def _outcomes(
    done: "asyncio.Future[Sequence[Result | BaseException]]", expected: int
) -> Sequence[Result | BaseException]:
    if done.cancelled():
        return [asyncio.CancelledError()] * expected
    error = done.exception()
    if error is None and len(done.result()) != expected:
        error = RuntimeError(f"a batch of {expected} got {len(done.result())} results")
    return done.result() if error is None else [error] * expected
