"""Turns at the engine: bounded, in order, fewer while it does not answer."""

import asyncio

from services.followup.use_cases.flow import Flow


async def _hold(flow: Flow, log: list[int], number: int, release: asyncio.Event, *, first: bool = False) -> None:
    async with flow.turn(first=first):
        log.append(number)
        await release.wait()


async def test_no_more_than_the_most_are_on_their_way_and_the_others_follow_in_order() -> None:
    flow, log, release = Flow(2), [], asyncio.Event()
    tasks = [asyncio.create_task(_hold(flow, log, number, release)) for number in range(4)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    before = list(log)
    release.set()
    await asyncio.gather(*tasks)

    assert before == [0, 1]
    assert log == [0, 1, 2, 3]


async def test_those_who_wait_at_a_screen_come_first() -> None:
    flow, log, release = Flow(1), [], asyncio.Event()
    holder = asyncio.create_task(_hold(flow, log, 0, release))
    await asyncio.sleep(0)
    others = [asyncio.create_task(_hold(flow, log, number, release, first=number > 2)) for number in range(1, 5)]
    await asyncio.sleep(0)

    release.set()
    await asyncio.gather(holder, *others)

    assert log == [0, 3, 4, 1, 2]


async def test_an_engine_that_does_not_answer_gets_fewer_but_never_none() -> None:
    flow = Flow(8)

    allowed = []
    for _ in range(8):
        flow.unanswered()
        allowed.append(flow.allowed)

    assert allowed == [7, 6, 5, 4, 3, 2, 2, 2]


async def test_an_engine_that_answers_again_gets_slowly_more_up_to_the_most() -> None:
    flow = Flow(4)
    for _ in range(4):
        flow.unanswered()

    allowed = []
    for _ in range(10):
        flow.answered()
        allowed.append(flow.allowed)

    assert allowed == [2, 2, 3, 3, 3, 4, 4, 4, 4, 4]


async def test_one_that_gives_up_waiting_leaves_its_place_to_the_next() -> None:
    flow, log, release = Flow(1), [], asyncio.Event()
    tasks = [asyncio.create_task(_hold(flow, log, number, release)) for number in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    tasks[1].cancel()
    release.set()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert log == [0, 2]
