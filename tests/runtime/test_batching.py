import asyncio

import pytest

from shared.runtime.batching import Coalescer


class Runner:
    """Doubles numbers, noting each batch; refuses 13; waits until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self, items):
        self.batches.append(list(items))
        await self.go.wait()
        return [ValueError("unlucky") if item == 13 else item * 2 for item in items]


async def test_a_lone_item_runs_alone_at_once():
    runner = Runner()

    assert await Coalescer(runner).submit(4) == 8
    assert runner.batches == [[4]]


async def test_what_comes_while_a_batch_runs_forms_the_next_one():
    runner = Runner()
    runner.go.clear()
    coalescer = Coalescer(runner, max_size=3)
    callers = [asyncio.create_task(coalescer.submit(n)) for n in range(1)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    callers += [asyncio.create_task(coalescer.submit(n)) for n in range(1, 6)]
    await asyncio.sleep(0)
    runner.go.set()

    assert await asyncio.gather(*callers) == [0, 2, 4, 6, 8, 10]
    assert runner.batches == [[0], [1, 2, 3], [4, 5]]


async def test_each_caller_gets_its_own_error():
    coalescer = Coalescer(Runner())
    outcomes = await asyncio.gather(*(coalescer.submit(n) for n in (1, 13, 2)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [int, ValueError, int]


async def test_a_batch_that_fails_as_a_whole_fails_for_its_callers_and_not_for_the_next():
    async def run(items):
        if 0 in items:
            raise OSError("away")
        return items

    coalescer = Coalescer(run)
    with pytest.raises(OSError, match="away"):
        await coalescer.submit(0)

    assert await coalescer.submit(1) == 1


async def test_too_few_results_are_an_error_rather_than_a_wait_for_ever():
    async def run(_items):
        return []

    with pytest.raises(RuntimeError, match="got 0 results"):
        await Coalescer(run).submit(1)


async def test_a_caller_that_gives_up_stops_nobody_else():
    runner = Runner()
    runner.go.clear()
    coalescer = Coalescer(runner)
    first = asyncio.create_task(coalescer.submit(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(coalescer.submit(n)) for n in (2, 3)]
    await asyncio.sleep(0)
    first.cancel()
    waiting[0].cancel()
    await asyncio.sleep(0)
    runner.go.set()

    assert await waiting[1] == 6
    assert runner.batches == [[1], [3]]


async def test_closing_waits_for_what_was_submitted():
    coalescer = Coalescer(Runner())
    caller = asyncio.create_task(coalescer.submit(2))
    await asyncio.sleep(0)
    await coalescer.close()
    await asyncio.sleep(0)

    assert caller.done()
