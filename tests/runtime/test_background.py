import asyncio

import pytest

from shared.runtime import background as module
from shared.runtime.background import Background, outcome_of


async def test_a_loop_that_fails_is_run_again(monkeypatch):
    monkeypatch.setattr(module, "_FIRST_PAUSE", 0.001)
    runs = 0
    done = asyncio.Event()

    async def loop():
        nonlocal runs
        runs += 1
        if runs < 3:
            raise OSError("away")
        done.set()

    async with Background() as background:
        background.start("loop", loop)
        async with asyncio.timeout(2):
            await done.wait()

    assert runs == 3


async def test_leaving_cancels_every_loop_and_waits_for_its_end():
    ended = []

    async def loop():
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    async with Background() as background:
        background.start("one", loop)
        background.start("two", loop)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    assert ended == [True, True]


async def test_cancelling_who_awaits_an_outcome_cancels_the_work():
    cancelled = asyncio.Event()

    async def work():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    waiting = asyncio.create_task(outcome_of(work()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert cancelled.is_set()
