"""Contacts, client, Suivi: an advisor finds a client and sees all that is going on, as the notice's chapter tells."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.product import Product, seed_small_network

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", autouse=True)
def network(product: Product) -> None:
    """The small network, with an account and a movement for the first client."""
    seed_small_network(product)
    with product.as_crm() as crm:
        account = {"external_id": "a1", "client": "c1", "label": "Livret", "kind": "livret"}
        crm.put("/api/directory/accounts", json={"items": [account]}).raise_for_status()
        movement = {"external_id": "t1", "account": "a1", "booked_on": "2026-01-05", "amount": "1500.00"}
        crm.put("/api/directory/transactions", json={"items": [movement | {"label": "Versement"}]}).raise_for_status()


def test_an_advisor_finds_a_client_and_the_campaigns(open_tab):
    page = open_tab().page
    page.get_by_role("link", name="Contacts").first.click()
    page.get_by_label("Nom").fill("Client 1")
    page.get_by_role("button", name="Afficher").click()
    page.get_by_role("link", name="Client 1", exact=True).click()

    row = page.get_by_role("row", name=re.compile("Épargne d’hiver"))
    expect(row).to_contain_text("En cours")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Client 1")).to_be_visible()


def test_the_client_page_tells_accounts_and_history(open_tab):
    page = open_tab().page
    page.goto("/contacts?q=Client+1")
    page.get_by_role("link", name="Client 1", exact=True).click()
    page.get_by_role("link", name="Compte").click()
    expect(page.get_by_role("row", name=re.compile(r"Versement.*1\s500,00\s€"))).to_be_visible()
    page.get_by_role("link", name="Historique").click()
    expect(page.get_by_text("Client ciblé").first).to_be_visible()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_have_no_accessibility_fault_and_fit_the_window(open_tab, width, colours):
    tab = open_tab(width=width, color_scheme=colours)
    page, faults = tab.page, {}
    page.goto("/contacts?q=Client+1")
    client = page.get_by_role("link", name="Client 1", exact=True).get_attribute("href")
    for address in ("/contacts", client, f"{client}?onglet=compte", f"{client}?onglet=historique"):
        page.goto(address)
        overflow = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if found := tab.accessibility() + ["wider than the window"] * overflow:
            faults[address] = found

    assert faults == {}
