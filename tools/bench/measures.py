"""Rates and latencies of one round, and what many rounds say together."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

_HUNDREDTHS = 100
_QUIET = 0.25
_LOOK_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Round:
    """Calls done one after another or side by side: seconds of each, and of the whole."""

    seconds: float
    latencies: Sequence[float]

    @property
    def rate(self) -> float:
        """Calls per second."""
        return len(self.latencies) / self.seconds

    @property
    def p50(self) -> float:
        """Median latency in milliseconds."""
        return 1000 * statistics.median(self.latencies)

    @property
    def p99(self) -> float:
        """The latency in milliseconds that one in a hundred exceeds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, len(ordered) * (_HUNDREDTHS - 1) // _HUNDREDTHS)]


@dataclass(frozen=True, slots=True)
class Medians:
    """The medians of several rounds."""

    rate: float
    p50: float
    p99: float

    @classmethod
    def of(cls, rounds: Sequence[Round]) -> "Medians":
        """Each figure's own median."""
        return cls(
            rate=statistics.median(one.rate for one in rounds),
            p50=statistics.median(one.p50 for one in rounds),
            p99=statistics.median(one.p99 for one in rounds),
        )


async def measured(calls: Iterable[Callable[[], Awaitable[object]]], *, in_flight: int) -> Round:
    """Run them with so many in flight; a call that raises ends the run."""
    waiting = iter(calls)
    latencies: list[float] = []

    async def lane() -> None:
        for call in waiting:
            began = time.perf_counter()
            await call()
            latencies.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(in_flight)))
    return Round(time.perf_counter() - began, latencies)


async def quiet(*, within: float) -> None:
    """Wait until the machine has little to do, so that what one round left behind does not slow the next."""
    deadline = time.monotonic() + within
    busy, total = _processor_time()
    while time.monotonic() < deadline:
        await asyncio.sleep(_LOOK_EVERY)
        busy_now, total_now = _processor_time()
        if busy_now - busy < _QUIET * (total_now - total):
            return
        busy, total = busy_now, total_now


def _processor_time() -> tuple[int, int]:
    """Ticks that all processors worked, and all their ticks."""
    with open("/proc/stat", encoding="ascii") as stat:  # noqa: PTH123  a file of the kernel
        ticks = [int(part) for part in stat.readline().split()[1:9]]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)
