"""What holds for every screen, whatever it shows; each is one of those of which `make screenshots` takes pictures.

After test_demo.py, whose loading is killed on the way: here all of it is there.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser

from tests.support.demo import load, loaded
from tests.support.product import Product
from tests.support.screens_looked_at import Seen, look_at_all
from tools.pages import Cost, Reached, reach, watched_portal
from tools.screenshots import SCREENS

# Minutes long: the demonstration is loaded, and every screen looked at.
pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

MOST_BYTES = 500_000
SAYS_WHAT_IS_WRONG = {"query_mistake"}
"""This picture shows a mistake where it was made."""
ANSWERS_A_FORM = {"concluding"}
"""Whom it is about is in the form, so that its address alone leads back to the list."""
MOST_REQUESTS = 8
MOST_ROUNDS = 2


@pytest.fixture(scope="module")
def reached(product: Product, browser: Browser) -> list[Reached]:
    loaded(load(product))
    return reach(browser, product.origin)


@pytest.fixture(scope="module")
def seen(product: Product, browser: Browser, reached: list[Reached]) -> dict[str, Seen]:
    return look_at_all(browser, product.origin, reached)


@pytest.fixture(scope="module")
def costs(product: Product, reached: list[Reached]) -> dict[str, Cost]:
    """What each page asks of the APIs, by a portal that writes it down."""

    async def ask() -> dict[str, Cost]:
        key = (product.folder / "secrets" / "session-key").read_text(encoding="ascii").strip()
        async with asyncio.timeout(120), watched_portal(product.origin, key) as portal:
            return {one.screen.name: await portal.cost(one) for one in reached}

    # The browser keeps this thread's event loop to itself.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, ask()).result()


def test_every_screen_of_the_pictures_is_looked_at(seen):
    assert set(seen) == {screen.name for screen in SCREENS}
    assert {name for name, one in seen.items() if one.status != 200} <= SAYS_WHAT_IS_WRONG


def test_every_screen_says_its_language_its_title_and_one_heading(seen):
    faults = {
        name: (one.language, one.title, one.headings)
        for name, one in seen.items()
        if one.language != "fr" or one.title.startswith(" ") or len(one.headings) != 1 or not one.headings[0]
    }

    assert faults == {}


def test_no_screen_shows_the_key_of_a_text(seen):
    assert {name: one.keys for name, one in seen.items() if one.keys} == {}


def test_every_screen_is_light_and_loads_the_charts_only_where_there_are_some(seen):
    assert {name: one.bytes for name, one in seen.items() if not 5_000 < one.bytes < MOST_BYTES} == {}
    loading = {name for name, one in seen.items() if any("echarts" in file for file in one.files)}
    assert loading <= {name for name, one in seen.items() if one.charts}


def test_no_console_complains_and_the_policy_is_strict(seen):
    assert {name: one.complaints for name, one in seen.items() if one.complaints} == {}
    policies = {one.policy for one in seen.values()}
    assert len(policies) == 1
    policy = policies.pop()
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy


def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(seen):
    assert [name for name, one in seen.items() if not one.skips] == []
    assert {name: one.keyboard for name, one in seen.items() if one.keyboard} == {}


def test_every_screen_is_there_without_scripts_and_its_forms_can_be_sent(seen):
    assert {name: one.plain_headings for name, one in seen.items() if one.plain_headings != one.headings} == {}
    assert {name: one.plain_faults for name, one in seen.items() if one.plain_faults} == {}


def test_a_page_asks_few_things_of_the_apis_most_of_them_at_once(costs):
    told = {name: (len(one.asked), one.rounds) for name, one in costs.items()}

    assert {name for name, cost in costs.items() if cost.status != 200} <= SAYS_WHAT_IS_WRONG | ANSWERS_A_FORM
    assert all(requests > 0 for name, (requests, _) in told.items() if name not in ANSWERS_A_FORM), told
    assert {name: one for name, one in told.items() if one[0] > MOST_REQUESTS or one[1] > MOST_ROUNDS} == {}
