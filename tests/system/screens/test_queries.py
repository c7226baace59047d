"""Requêtes: clients are found by criteria, counted, kept, shared, exported, and assigned to a campaign."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.product import Product, seed_small_network

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", autouse=True)
def network(product: Product) -> None:
    """The small network; two of its clients are Premium."""
    seed_small_network(product, apart="queries-")
    with product.as_crm() as crm:
        items = [
            {
                "external_id": f"queries-c{number}",
                "name": f"Client {number}",
                "advisor": "queries-anne",
                "attributes": {"segment": "Premium" if number < 3 else "Autre"},
            }
            for number in range(1, 5)
        ]
        crm.put("/api/directory/clients", json={"items": items}).raise_for_status()


@pytest.fixture
def page(open_tab):
    """The page of a new query, which Anne opened from the menu."""
    page = open_tab("Anne Martin").page
    page.get_by_role("link", name="Requêtes").first.click()
    page.get_by_role("button", name="Nouvelle requête").click()
    return page


def test_clients_are_counted_then_listed_and_each_leads_to_the_client(page):
    page.get_by_role("textbox", name="Critères").fill('segment = "Premium"')
    page.get_by_role("button", name="Compter et voir").click()

    expect(page.get_by_role("heading", name="2 clients correspondent")).to_be_visible()
    expect(page.get_by_role("link", name="Client 1")).to_have_attribute("href", re.compile("^/contacts/"))
    expect(page.get_by_text("Client 3")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Segment", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="2 clients correspondent")).to_be_visible()


def test_a_mistake_is_shown_where_it_is_and_what_was_typed_stays(page):
    page.get_by_role("textbox", name="Critères").fill("segment = ")
    page.get_by_role("button", name="Compter et voir").click()

    expect(page.locator("#filtre-error")).to_contain_text("position")
    expect(page.locator(".place mark")).to_be_visible()
    expect(page.get_by_role("textbox", name="Critères")).to_have_value(re.compile("^segment ="))

    page.get_by_role("textbox", name="Critères").fill('sgment = "Premium"')
    page.get_by_role("button", name="Compter et voir").click()
    expect(page.locator("#filtre-error")).to_contain_text("sgment")


def test_a_query_is_saved_shared_renamed_exported_assigned_and_taken_out(page, open_tab):
    page.get_by_role("textbox", name="Critères").fill('segment = "Premium"')
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#nom-error")).to_be_visible()
    page.get_by_label("Nom", exact=True).fill("Clients Premium")
    page.get_by_label("Partager avec").select_option(label="Agence Lyon")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("La requête est enregistrée.")).to_be_visible()
    expect(page.get_by_role("heading", name="2 clients correspondent")).to_be_visible()

    page.get_by_label("Nom", exact=True).fill("Premium de Lyon")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_role("heading", name="Premium de Lyon")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="Exporter en CSV").click()
    assert download.value.path().read_text(encoding="utf-8-sig").count("Client ") == 2

    other = open_tab("Boris Petit").page
    other.goto("/requetes")
    other.get_by_role("link", name="Premium de Lyon").click()
    expect(other.get_by_text("Requête de Anne Martin")).to_be_visible()
    expect(other.get_by_role("button", name="Enregistrer", exact=True)).to_have_count(0)

    page.get_by_role("button", name="Affecter une opération commerciale").click()
    expect(page.get_by_text("2 clients correspondent")).to_be_visible()
    expect(page.get_by_role("link", name="Épargne d’hiver")).to_have_attribute(
        "href", re.compile(r"^/operations/[0-9a-f-]+/clients/requete\?requete=")
    )

    page.goto("/requetes")
    page.get_by_role("link", name="Premium de Lyon").click()
    page.get_by_text("Supprimer la requête").click()
    page.get_by_role("button", name="Supprimer", exact=True).click()
    expect(page.get_by_text("La requête est supprimée.")).to_be_visible()
    expect(page.get_by_role("link", name="Premium de Lyon")).to_have_count(0)


def test_two_windows_name_each_others_change_and_keep_what_was_typed(page, open_tab):
    page.get_by_role("textbox", name="Critères").fill('segment = "Autre"')
    page.get_by_label("Nom", exact=True).fill("Les autres")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("La requête est enregistrée.")).to_be_visible()
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_label("Nom", exact=True).fill("Le reste")
    second.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(second.get_by_role("heading", name="Le reste")).to_be_visible()

    page.get_by_label("Nom", exact=True).fill("Les suivants")
    page.get_by_role("button", name="Enregistrer", exact=True).click()

    expect(page.get_by_role("alert").first).to_contain_text("« Le reste »".replace(" ", "\u00a0"))
    expect(page.get_by_label("Nom", exact=True)).to_have_value("Les suivants")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_role("heading", name="Les suivants")).to_be_visible()


def test_it_works_without_scripts(open_tab):
    page = open_tab("Anne Martin", java_script_enabled=False).page
    page.goto("/requetes/nouvelle")
    page.get_by_role("textbox", name="Critères").fill('name contains "client"')
    page.get_by_role("button", name="Compter et voir").click()

    expect(page.get_by_role("heading", name="4 clients correspondent")).to_be_visible()


def test_its_screens_have_no_accessibility_fault_and_fit_the_window(open_tab):
    def unfold(page):
        if page.locator("details.language").count():
            page.locator("details.language > summary").click()

    pages = (
        "/requetes",
        '/requetes/nouvelle?filtre=segment = "Premium"',
        "/requetes/nouvelle?filtre=segment",
        '/requetes/affecter?filtre=segment = "Premium"',
    )
    assert open_tab("Anne Martin").faults(pages, unfold) == {}
