"""The whole product, once for all stories that do not disturb each other."""

from collections.abc import Iterator

import pytest

from tests.support.product import Product, running_product


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """The product as `make run` starts it, empty: each story brings a network of its own."""
    with running_product("--no-demo") as product:
        yield product
