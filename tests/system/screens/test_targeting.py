"""Clients of a campaign: picked, from a query, from a file after a rehearsal; changed, withdrawn, spread; watched."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.product import Product, seed_small_network

pytestmark = pytest.mark.timeout(300)
ENDED = 60_000


@pytest.fixture(scope="module")
def clients(product: Product) -> str:
    """The address of the campaign's clients; ten more are in the directory than in the campaign."""
    campaign_id = seed_small_network(product, apart="targeting-")
    with product.as_crm() as crm:
        items = [
            {"external_id": f"targeting-n{n}", "name": f"Nouveau {n}", "advisor": "targeting-anne"}
            for n in range(1, 11)
        ]
        crm.put("/api/directory/clients", json={"items": items}).raise_for_status()
    return f"/operations/{campaign_id}/clients"


@pytest.fixture
def page(open_tab, clients) -> Page:
    """The list of the campaign's clients, as Boris sees it."""
    page: Page = open_tab("Boris Petit").page
    page.goto(clients)
    return page


def ended(page: Page) -> None:
    """The job's page says that it has ended, and says so again after a reload."""
    expect(page).to_have_url(re.compile("/travaux/"))
    expect(page.locator("#job .job-state")).to_have_text("Terminé", timeout=ENDED)
    page.reload()
    expect(page.locator("#job .job-state")).to_have_text("Terminé")


def until_there(page: Page, name: str) -> None:
    """The list holds this client, once the job has come to it."""
    for _ in range(60):
        page.reload()
        if page.get_by_role("link", name=name).count():
            return
        page.wait_for_timeout(250)
    raise AssertionError(name)


def test_clients_are_picked_with_a_potential_and_listed(page):
    page.get_by_role("link", name="Ajouter des clients").click()
    page.get_by_label("Nom du client").fill("Nouveau")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_label("Cocher toute la page").check()
    expect(page.get_by_text("Clients cochés : 10")).to_be_visible()
    page.get_by_label("Cocher toute la page").uncheck()
    page.get_by_label("Nouveau 1", exact=True).check()
    page.get_by_label("Potentiel").fill("abc")
    page.get_by_role("button", name="Ajouter les clients cochés").click()
    expect(page.locator("#potentiel-error")).to_be_visible()
    expect(page.get_by_label("Nouveau 1", exact=True)).to_be_checked()

    page.get_by_label("Potentiel").fill("1 234,56")
    page.get_by_role("button", name="Ajouter les clients cochés").click()

    ended(page)
    page.get_by_role("link", name="Voir les clients").click()
    expect(page.locator("tr", has_text="Nouveau 1")).to_contain_text(re.compile(r"1\s235"))


def test_clients_come_from_a_query_counted_first_and_those_there_already_are_listed_with_why(page):
    page.get_by_role("link", name="Depuis une requête").click()
    page.get_by_label("Ou des critères").fill('name contains "Client"')
    page.get_by_role("button", name="Compter").click()
    expect(page.get_by_text("4 clients correspondent")).to_be_visible()
    page.get_by_role("button", name="Ajouter ces clients").click()

    ended(page)
    expect(page.get_by_text("Clients sans effet, et pourquoi")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Exporter en CSV").click()
    assert download.value.path().read_text(encoding="utf-8-sig").count("already_targeted") == 4


def test_a_file_is_rehearsed_before_it_counts(page, clients):
    page.get_by_role("link", name="Depuis un fichier CSV").click()
    content = b"client;potentiel\ntargeting-n2;2 000,00\nnobody;1\n"
    page.locator("#fichier").set_input_files({"name": "c.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_text("Ce client est inconnu")).to_be_visible()
    kept = page.context.new_page()
    kept.goto(f"{clients}?q=Nouveau+2")
    expect(kept.get_by_text("Aucun client ne répond à ces filtres.")).to_be_visible()

    page.get_by_role("button", name="Ajouter 1 client").click()

    # The unknown one is waited for, as the CRM may still send it: the job goes on, and the other is there.
    expect(page.locator("#job .job-state")).to_have_text("En cours")
    until_there(kept, "Nouveau 2")
    expect(kept.get_by_role("status").get_by_role("link", name="Ajout de 2 clients")).to_be_visible()


def test_many_are_changed_at_once_and_withdrawn(page, clients):
    page.get_by_role("checkbox", name="Choisir Client 3").check()
    page.get_by_text("Modifier les clients cochés").click()
    page.get_by_label("Potentiel de collecte").fill("7000")
    page.get_by_role("button", name="Modifier", exact=True).click()
    ended(page)
    page.goto(f"{clients}?q=Client+3")
    expect(page.locator("tr", has_text="Client 3")).to_contain_text(re.compile(r"7\s000"))

    page.get_by_role("checkbox", name="Choisir Client 3").check()
    page.get_by_text("Modifier les clients cochés").click()
    page.get_by_role("button", name="Retirer de l’opération").click()
    ended(page)
    page.goto(f"{clients}?etat=WITHDRAWN")
    expect(page.get_by_role("link", name="Client 3")).to_be_visible()


def test_the_load_per_week_is_seen_before_entries_are_spread(page, clients):
    page.get_by_role("link", name="Étaler les entrées").click()
    expect(page.get_by_text("Aucun client à répartir dans votre périmètre.")).to_be_visible()

    late = (date.today() + timedelta(days=20)).isoformat()  # noqa: DTZ011  the product's day is this machine's
    page.goto(f"{clients}/ajouter?q=Nouveau")
    for number in (6, 7, 8):
        page.get_by_label(f"Nouveau {number}", exact=True).check()
    page.get_by_label("Date d’entrée").fill(late)
    page.get_by_role("button", name="Ajouter les clients cochés").click()
    ended(page)

    page.goto(f"{clients}/etaler")
    load = page.get_by_role("region", name="Charge par semaine")
    expect(load).to_contain_text("3 clients")
    assert sum(int(told) for told in load.locator("tbody td.amount").all_inner_texts()) == 3
    page.goto(f"{clients}?etat=WAITING")
    expect(page.locator("tbody tr")).to_have_count(3)
    entries = page.locator("tbody tr").all_inner_texts()

    page.goto(f"{clients}/etaler")
    page.get_by_role("button", name="Étaler ainsi").click()
    ended(page)

    page.goto(f"{clients}?q=Nouveau")
    moved = [told for told in page.locator("tbody tr").all_inner_texts() if told.split("\t")[0].strip()[-1] in "678"]
    assert len(moved) == 3
    assert not set(moved) & set(entries)


def test_its_screens_have_no_accessibility_fault_and_fit_the_window(open_tab, clients):
    tab = open_tab("Boris Petit")
    tab.page.goto(clients)
    job = tab.page.locator("main a[href*='/travaux/']").first.get_attribute("href")
    pages = ("", "/ajouter", "/requete", "/fichier", "/etaler")

    assert tab.faults((*(clients + rest for rest in pages), job)) == {}
