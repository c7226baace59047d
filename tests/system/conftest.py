"""The whole product, once for all stories that do not disturb each other, and browsers of people signed in."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Tab, opened_tab, running_browser
from tests.support.product import Product, running_product


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """The product as `make run` starts it, empty: each story brings a network of its own."""
    with running_product("--no-demo") as product:
        yield product


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the stories of one file."""
    with running_browser() as browser:
        yield browser


@pytest.fixture
def open_tab(browser: Browser, product: Product) -> Iterator[Callable[..., Tab]]:
    """Opens a tab in which somebody is signed in; at the end no console may have complained."""
    opened = []

    def sign_in(name: str = "Anne Martin", **options: Any) -> Tab:
        context = opened_tab(browser, product.origin, **options)
        tab = context.__enter__()
        opened.append((context, tab))
        tab.page.goto("/")
        tab.page.locator("a.btn-primary").click()
        tab.page.get_by_role("button", name=name).click()
        tab.page.wait_for_url(f"{product.origin}/")
        return tab

    yield sign_in
    for context, _ in opened:
        context.__exit__(None, None, None)
    assert [tab.complaints for _, tab in opened] == [[] for _ in opened]
