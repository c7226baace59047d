"""A manager prints the running campaign: asked for, made beside the service, taken."""

from typing import Any

from tests.support.editions import text_of
from tests.support.product import Product, seed_small_network, wait_until

EXPORTS = "/api/reports/exports"


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
