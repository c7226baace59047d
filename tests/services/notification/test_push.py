"""Live pages: nothing lost, nothing repeated."""

import asyncio
from contextlib import aclosing

import pytest

from services.notification.ports import Pushed, StreamEvent
from services.notification.use_cases.push import LivePages
from tests.support.fakes_notification import FakeNoticeStore


@pytest.fixture
def store():
    return FakeNoticeStore()


@pytest.fixture
def pages(store):
    return LivePages(store, pause=0.001, heartbeat=0.2)


def tell(store, user, count=1):
    for _ in range(count):
        store._push(user, Pushed.RENEWED, "notice")


async def take(pages, user, last_seen, *, until):
    """The numbers that a page gets until it has seen `until`."""
    numbers = []
    async with asyncio.timeout(20), aclosing(pages.follow(user, last_seen)) as following:
        async for tidings in following:
            numbers += [event.seq for event in tidings.events]
            if until in numbers:
                return numbers
    raise AssertionError


async def test_a_new_page_hears_what_happens_from_now_on(store, pages):
    tell(store, "anne", 3)
    async with aclosing(pages.follow("anne", None)) as following:
        first = await anext(following)
        tell(store, "anne")
        await pages.look()
        second = await anext(following)

    assert (first.reached, list(first.events)) == (3, [])
    assert [event.seq for event in second.events] == [4]


async def test_a_page_that_comes_back_gets_what_it_missed_once(store, pages):
    watching = asyncio.create_task(pages.watch())
    tell(store, "anne", 250)

    first = await take(pages, "anne", 0, until=120)
    rest = await take(pages, "anne", first[-1], until=250)
    watching.cancel()

    assert first + rest == list(range(1, 251))


async def test_pages_of_one_user_each_get_everything_and_those_of_others_nothing(store, pages):
    watching = asyncio.create_task(pages.watch())
    waiting = [asyncio.create_task(take(pages, "anne", None, until=2)) for _ in range(3)]
    async with aclosing(pages.follow("bob", None)) as bobs:
        await anext(bobs)
        await asyncio.sleep(0.01)
        tell(store, "anne", 2)
        heard = await asyncio.gather(*waiting)
        sign_of_life = await anext(bobs)
    watching.cancel()

    assert heard == [[1, 2], [1, 2], [1, 2]]
    assert list(sign_of_life.events) == []
    assert pages._pages == set()


@pytest.mark.parametrize("kept", [[], [StreamEvent(9, Pushed.READ, "notice")]])
async def test_a_page_that_was_away_too_long_is_told_to_look_for_itself(store, pages, kept):
    tell(store, "anne", 9)
    store.events["anne"] = kept

    async with aclosing(pages.follow("anne", 3)) as following:
        await anext(following)
        second = await anext(following)

    assert second.gap
    assert list(second.events) == kept


async def test_a_number_from_the_future_starts_at_the_end(store, pages):
    tell(store, "anne", 2)

    async with aclosing(pages.follow("anne", 10**30)) as following:
        first = await anext(following)

    assert first.reached == 2


async def test_what_happens_while_a_page_looks_for_it_is_told_and_not_taken_for_forgotten(store, pages, monkeypatch):
    looks = 0
    after = store.after

    async def slow(user, seq, limit):
        """The first look finds nothing; before the page asks for the end of the stream, something happens."""
        nonlocal looks
        looks += 1
        found = await after(user, seq, limit)
        if looks == 1:
            tell(store, "anne", 2)
        return found

    monkeypatch.setattr(type(store), "after", lambda _, *asked: slow(*asked))
    async with aclosing(pages.follow("anne", None)) as following:
        await anext(following)
        tidings = await anext(following)

    assert (tidings.gap, [event.seq for event in tidings.events]) == (False, [1, 2])
