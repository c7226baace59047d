"""Each file of stories has a product of its own, so that no other story changes what it counts."""

from collections.abc import Iterator

import pytest

from tests.support.product import Product, running_product


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """The product, empty."""
    with running_product("--no-demo") as product:
        yield product
