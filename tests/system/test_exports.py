"""A manager prints the running campaign: asked for, made beside the service, taken."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.editions import text_of
from tests.support.product import Product, running_product, seed_small_network, wait_until

EXPORTS = "/api/reports/exports"


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """A product whose network no other story has seeded."""
    with running_product("--no-demo") as product:
        yield product


def test_the_running_product_prints_a_campaign(product: Product) -> None:
    campaign = seed_small_network(product, clients=3)
    wish = {"what": "campaign_summary", "format": "pdf", "filters": {"campaign_id": campaign}, "language": "fr"}
    export: dict[str, Any] = {}
    with product.as_crm() as crm:
        asked = crm.post(EXPORTS, json=wish).raise_for_status()

        def is_over() -> bool:
            export.update(crm.get(asked.headers["Location"]).raise_for_status().json())
            return export["state"] in {"done", "failed"}

        wait_until(is_over, within=60)
        file = crm.get(export["file"]).raise_for_status()

    text = text_of(file.content)
    assert "Synthèse de l’opération" in text
    assert "Clients\n3" in text
    assert "Tout le réseau (CRM)" in text
    assert "Page 1 / " in text
