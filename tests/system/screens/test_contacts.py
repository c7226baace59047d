"""Contacts, client, Suivi: an advisor finds a client and sees all that is going on, as the notice's chapter tells."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from shared.rulebook.ids import user_id
from tests.support.browser import open_follow_up
from tests.support.product import Product, seed_small_network

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", autouse=True)
def network(product: Product) -> None:
    """The small network, with accounts and movements for two clients, of whom one has an address that is none."""
    seed_small_network(product, apart="contacts-")
    with product.as_crm() as crm:
        accounts = [
            {"external_id": f"contacts-a{n}", "client": f"contacts-c{n}", "label": "Livret", "kind": "livret"}
            for n in (1, 2)
        ]
        crm.put("/api/directory/accounts", json={"items": accounts}).raise_for_status()
        movement = {"booked_on": "2026-01-05", "amount": "1500.00", "label": "Versement"}
        movements = [movement | {"external_id": f"contacts-t{n}", "account": f"contacts-a{n}"} for n in (1, 2)]
        crm.put("/api/directory/transactions", json={"items": movements}).raise_for_status()
        moved = {
            "external_id": "contacts-c2",
            "name": "Client 2",
            "advisor": "contacts-anne",
            "email": "client-2@nowhere.invalid",
        }
        crm.put("/api/directory/clients", json={"items": [moved]}).raise_for_status()


def test_an_advisor_finds_a_client_and_the_campaigns(open_tab):
    page = open_tab().page
    page.get_by_role("link", name="Contacts").first.click()
    page.get_by_label("Nom").fill("Client 1")
    page.get_by_role("button", name="Afficher").click()
    page.get_by_role("link", name="Client 1", exact=True).click()

    row = page.get_by_role("row", name=re.compile("Épargne d’hiver"))
    expect(row).to_contain_text("En cours")
    row.get_by_role("link", name=re.compile("Ajouter l’étape")).click()
    expect(page.get_by_role("heading", name="Client 1")).to_be_visible()
    expect(page.get_by_role("heading", name="Premier appel")).to_be_visible()


def test_the_client_page_tells_accounts_and_history(open_tab):
    page = open_tab().page
    page.goto("/contacts?q=Client+1")
    page.get_by_role("link", name="Client 1", exact=True).click()
    page.get_by_role("link", name="Compte").click()
    expect(page.get_by_role("row", name=re.compile(r"Versement.*1\s500,00\s€"))).to_be_visible()
    page.get_by_role("link", name="Historique").click()
    expect(page.get_by_text("Client ciblé").first).to_be_visible()


def test_from_home_the_next_step_is_recorded_in_three_clicks_and_one_page_load(open_tab):
    page = open_tab().page
    loads: list[str] = []
    page.on("load", lambda: loads.append(page.url))

    page.goto("/?liste=suivis")
    page.get_by_role("link", name="Client 4", exact=True).first.click()
    page.get_by_label("Présenter l’offre").check()
    page.get_by_role("button", name="Terminer l’étape").click()

    expect(page.get_by_role("heading", name="Étape suivante")).to_be_visible()
    expect(page.get_by_role("heading", name="Second appel")).to_be_visible()
    assert len(loads) == 1
    expect(page).to_have_url(re.compile(r"/suivis/"))


def test_an_appointment_is_planned_with_a_file_and_lands_in_the_calendar(open_tab):
    page = open_tab().page
    page.goto("/contacts?q=Client+4")
    page.get_by_role("link", name="Client 4", exact=True).click()
    page.get_by_role("row", name=re.compile("Épargne d’hiver")).get_by_role("link").first.click()
    page.get_by_label(re.compile("Saisir cette étape.*Rendez-vous")).click()
    form = page.locator("form", has=page.get_by_label("Lieu")).first
    form.get_by_label("Date et heure du rendez-vous").fill("2030-01-15T14:30")
    form.get_by_label("Durée (minutes)").fill("45")
    form.get_by_label("Lieu").fill("Agence Lyon")
    form.get_by_label("Choisir des fichiers à joindre").set_input_files(
        {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"Deuxieme etage"}
    )
    form.get_by_role("button", name="Planifier").click()

    expect(page.get_by_text("Étape commencée.")).to_be_visible()
    expect(page.get_by_role("link", name="plan.txt")).to_be_visible()
    expect(page.get_by_label("Lieu").first).to_have_value("Agence Lyon")
    with page.expect_download() as download:
        page.get_by_role("link", name="Ajouter à mon agenda").click()
    assert download.value.suggested_filename.endswith(".ics")


def test_the_second_of_two_people_sees_who_was_faster_and_keeps_what_was_typed(open_tab, product):
    product.name_people(
        [
            {"external_id": "contacts-anne", "name": "Anne Martin", "title": "Conseillère"},
            {"external_id": "contacts-boris", "name": "Boris Petit", "title": "Responsable"},
        ]
    )
    first, second = open_tab().page, open_tab("Boris Petit").page
    for page in (first, second):
        page.goto("/contacts?q=Client+3")
        page.get_by_role("link", name="Client 3", exact=True).click()
        page.get_by_role("row", name=re.compile("Épargne d’hiver")).get_by_role("link").first.click()
        page.get_by_label("Présenter l’offre").check()
    second.get_by_role("textbox", name="Note").first.fill("Vu avec le client")
    first.get_by_role("button", name="Terminer l’étape").click()
    expect(first.get_by_text("Étape enregistrée.")).to_be_visible()
    second.get_by_role("button", name="Terminer l’étape").click()

    expect(second.get_by_text(re.compile("a été faite le .* par Anne Martin"))).to_be_visible()
    expect(second.get_by_role("textbox", name="Note").first).to_have_value("Vu avec le client")


def test_the_potential_is_changed_on_the_tab_of_characteristics(open_tab):
    page = open_tab().page
    page.goto("/contacts?q=Client+2")
    page.get_by_role("link", name="Client 2", exact=True).click()
    page.get_by_role("row", name=re.compile("Épargne d’hiver")).get_by_role("link").first.click()
    page.get_by_role("link", name="Caractéristiques").click()
    page.get_by_label("Potentiel (€)").fill("1 234,56")
    page.get_by_role("button", name="Enregistrer le potentiel").click()

    expect(page.get_by_text("Potentiel enregistré.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"1\s234,56\s€")).first).to_be_visible()


def test_a_campaign_is_added_on_the_clients_page_and_lands_in_its_characteristics(open_tab, product):
    today = date.today()  # noqa: DTZ011  the product's day is this machine's
    spring = {
        "key": "contacts-spring",
        "name": "Assurance de printemps",
        "owner": "contacts-boris",
        "target": "1000.00",
        "start_date": today.isoformat(),
        "end_date": (today + timedelta(days=30)).isoformat(),
        "sales_step": "call",
        "steps": [{"id": "call", "title": "Appel", "kind": "REMINDER"}],
    }
    with product.as_crm() as crm:
        made = crm.post("/api/campaigns", json=spring).raise_for_status().json()
        share = {"rows": [{"advisor_id": user_id("contacts-anne"), "percent": "100"}]}
        crm.put(f"/api/campaigns/{made['campaign_id']}/allocation", json=share).raise_for_status()
    page = open_tab().page
    page.goto("/contacts?q=Client+3")
    page.get_by_role("link", name="Client 3", exact=True).click()
    page.get_by_text("Ajouter une opération commerciale").click()
    page.locator("#campaign_id").select_option(label="Assurance de printemps · En cours")
    page.get_by_role("button", name="Ajouter", exact=True).click()

    expect(page.get_by_role("link", name="Caractéristiques")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("heading", name="Client 3")).to_be_visible()
    expect(page.get_by_label("Potentiel (€)")).to_have_value("0,00")
    expect(page.locator("#characteristics-title + *, .card-body .pill").first).to_have_text("En cours")


def test_a_refusal_is_red_and_is_amended_and_withdrawn_with_a_reason(open_tab):
    page = open_tab().page
    open_follow_up(page, "Client 4")
    page.get_by_text("Conclure", exact=True).click()
    page.get_by_label("Refus", exact=True).check()
    page.get_by_role("button", name="Conclure le suivi").click()
    expect(page.get_by_text("Suivi conclu.")).to_be_visible()
    expect(page.get_by_role("link", name="Compte", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Toutes les opérations du client").click()
    row = page.get_by_role("row", name=re.compile("Épargne d’hiver"))
    expect(row).to_have_class("is-lost")
    expect(row).to_contain_text("Refus")

    row.get_by_role("link").first.click()
    page.locator("summary", has_text="Corriger la conclusion").click()
    amend = page.locator("form", has=page.get_by_role("button", name="Corriger la conclusion"))
    amend.get_by_label("Pas de décision").check()
    amend.get_by_role("button").click()
    expect(amend.locator(".field-error")).to_be_visible()
    amend.get_by_label(re.compile("Motif")).fill("Il hésite encore")
    amend.get_by_role("button").click()
    expect(page.get_by_text("Conclusion corrigée.")).to_be_visible()

    page.locator("summary", has_text="Retirer la conclusion").click()
    withdraw = page.locator("form", has=page.get_by_role("button", name="Retirer la conclusion"))
    withdraw.get_by_label(re.compile("Motif")).fill("Il veut en reparler")
    withdraw.get_by_role("button").click()
    expect(page.get_by_text("Conclusion retirée.")).to_be_visible()
    expect(page.locator(".page-top .pill")).to_have_text("En cours")


def test_an_email_that_the_mail_server_refuses_is_shown_with_its_reason(open_tab):
    page = open_tab().page
    open_follow_up(page, "Client 2")
    page.goto(f"{page.url}?evenement=EMAIL")
    page.get_by_label("Objet").fill("Votre rendez-vous")
    page.get_by_label("Texte").fill("À bientôt.")
    page.get_by_role("button", name="Envoyer").click()

    letters = page.locator("#letters")
    expect(letters.get_by_text("Votre rendez-vous")).to_be_visible()
    expect(letters.get_by_text("Échec de l’envoi")).to_be_visible(timeout=30_000)
    expect(letters.get_by_text("no such mailbox")).to_be_visible()
    expect(letters.get_by_text("client-2@nowhere.invalid")).to_be_visible()


def test_a_sale_is_linked_to_a_transaction_and_the_difference_is_shown(open_tab):
    page = open_tab().page
    open_follow_up(page, "Client 2")
    page.get_by_text("Conclure", exact=True).click()
    page.get_by_label("Vente").check()
    page.get_by_label("Montant collecté (€)").fill("1 600,00")
    page.get_by_role("button", name="Conclure le suivi").click()

    expect(page.get_by_text("Suivi conclu.")).to_be_visible()
    expect(page.get_by_role("link", name="Compte", exact=True)).to_have_attribute("aria-current", "page")
    page.get_by_label(re.compile(r"1\s500,00\s€ · Versement")).check()
    page.get_by_label(re.compile("Livret")).last.check()
    page.get_by_role("button", name="Enregistrer les rattachements").click()

    expect(page.get_by_text("Rattachement enregistré.")).to_be_visible()
    expect(page.locator("div", has=page.get_by_text("Écart", exact=True)).last).to_contain_text(
        re.compile(r"[-−]100,00\s€")
    )
    expect(page.get_by_text("ne font pas le montant collecté")).to_be_visible()
    page.reload()
    page.get_by_text("Modifier les rattachements").click()
    expect(page.get_by_label(re.compile(r"1\s500,00\s€ · Versement"))).to_be_checked()
    page.get_by_role("link", name="Toutes les opérations du client").click()
    row = page.get_by_role("row", name=re.compile("Épargne d’hiver"))
    expect(row).to_have_class("is-won")
    expect(row).to_contain_text("Succès")


def test_the_pages_have_no_accessibility_fault_and_fit_the_window(open_tab):
    tab = open_tab()
    tab.page.goto("/contacts?q=Client+1")
    client = tab.page.get_by_role("link", name="Client 1", exact=True).get_attribute("href")
    tab.page.goto(client)
    follow_up = tab.page.locator("a[href^='/suivis/']").first.get_attribute("href")
    tab.page.goto("/contacts?q=Client+2")
    tab.page.get_by_role("link", name="Client 2", exact=True).click()
    linked = tab.page.locator("a[href^='/suivis/']").first.get_attribute("href")
    account = f"{linked}?onglet=compte"
    more = (linked, account, follow_up, f"{follow_up}?onglet=caracteristiques", f"{follow_up}?evenement=APPOINTMENT")

    pages = (*more, "/contacts", client, f"{client}?onglet=compte", f"{client}?onglet=historique")
    assert tab.faults(pages) == {}
