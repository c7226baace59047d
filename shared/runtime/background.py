"""Named loops that run beside the requests of a role: restarted when they fail, cancelled when the role stops."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

from shared.runtime import metrics
from shared.runtime.logging import logger

Loop = Callable[[], Awaitable[None]]
"""Runs until cancelled; when it returns, it is not started again."""

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_HEALTHY_AFTER = 30.0
_AGAIN = 0.2
_log = logger(__name__)


class Background:
    """Use as an async context inside a lifespan: `async with Background() as background: background.start(…)`."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, loop: Loop) -> None:
        """Run `loop`; when it raises, wait a little longer each time and run it again."""
        self._tasks.append(asyncio.create_task(_keep_running(name, loop), name=name))

    async def stop(self) -> None:
        """Cancel every loop and wait until it has ended."""
        await cancel(*self._tasks)
        self._tasks.clear()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


async def _keep_running(name: str, loop: Loop) -> None:
    pause = _FIRST_PAUSE
    clock = asyncio.get_running_loop()
    while True:
        began = clock.time()
        error = await outcome_of(loop())
        if error is None:
            return
        if clock.time() - began > _HEALTHY_AFTER:
            pause = _FIRST_PAUSE
        metrics.LOOP_FAILURES.labels(name).inc()
        _log.error("loop failed", loop=name, again_in=pause, exc_info=error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def cancel(*tasks: "asyncio.Future[Any]") -> None:
    """Cancel, and return once all have ended.

    Asked again and again: before Python 3.12 `asyncio.wait_for` forgets a cancellation that comes as it succeeds.
    """
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_AGAIN)


async def outcome_of(work: Awaitable[object]) -> BaseException | None:
    """The error that `work` ended with, or None; cancelling the caller cancels the work."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        await cancel(task)
        raise
    if task.cancelled():
        return asyncio.CancelledError()
    return task.exception()
