"""A manager has the home page open while advisors work: the figures move by themselves (spec 8.1)."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.support.product import Product, seed_small_network, wait_until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", autouse=True)
def campaign(product: Product) -> str:
    """The small network's campaign, with one client more, about whom no other story is."""
    campaign_id = seed_small_network(product, apart="live-")
    with product.as_crm() as crm:
        client = {"external_id": "followed-live", "name": "Lina Live", "advisor": "live-anne"}
        crm.put("/api/directory/clients", json={"items": [client]}).raise_for_status()
        path = f"/api/campaigns/{campaign_id}"
        wanted = {"clients": [{"client": "followed-live", "potential": "9000.00"}]}
        job = crm.post(f"{path}/clients", json=wanted).raise_for_status().json()["job_id"]
        wait_until(lambda: crm.get(f"{path}/jobs/{job}").json()["state"] == "DONE", within=60)
    return campaign_id


def sell(product: Product, collected: str) -> None:
    """The CRM says that the client bought."""
    sale = {
        "id": "live-sale",
        "type": "concluded",
        "campaign": "live-winter",
        "client": "followed-live",
        "kind": "SALE",
    }
    signal = {**sale, "kind": "SALE", "collected": collected, "occurred_at": datetime.now(UTC).isoformat()}
    with product.as_crm() as crm:
        crm.post("/api/followups/signals", json={"signals": [signal]}).raise_for_status()


def test_figures_move_on_an_open_page_over_its_one_connection(open_tab, product, campaign):
    page = open_tab("Boris Petit").page
    page.goto("about:blank")
    connections = []
    page.on("request", lambda request: connections.append(request.url) if "/live" in request.url else None)
    page.goto(f"/?campagne={campaign}")
    collected = page.locator("#indicators dt", has_text="Collecté").first.locator("xpath=../dd")
    before = collected.inner_text()
    page.locator(f"#campaign-{campaign}").focus()
    page.evaluate("document.body.dataset.kept = 'yes'")
    supervision = open_tab("Boris Petit").page
    supervision.goto("/pilotage")
    supervised = supervision.locator("#head dt", has_text="Collecté").first.locator("xpath=../dd")
    stood = supervised.inner_text()

    sell(product, "1234.00")

    expect(collected).not_to_have_text(before)
    expect(page.locator(f"#campaign-{campaign}")).to_be_focused()
    expect(page.locator(f"#campaign-{campaign}")).to_have_attribute("aria-current", "true")
    assert page.evaluate("document.body.dataset.kept") == "yes"
    assert len(connections) == 1
    expect(supervised).not_to_have_text(stood)
