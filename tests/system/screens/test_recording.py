"""Suivi, each kind of interaction in turn: an advisor leads one client through a campaign; the manager archives it.

Reads as the notice's chapters on tasks, reminders, appointments, follow-up sheets and mails do.
"""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.support.browser import open_follow_up
from tests.support.product import Product, seed_small_network, wait_until

pytestmark = pytest.mark.timeout(300)
SAVED = "Étape enregistrée."
DRAFT = {"name": "dossier.txt", "mimeType": "text/plain", "buffer": b"Le dossier"}


@pytest.fixture(scope="module", autouse=True)
def campaign(product: Product) -> str:
    """The small network's campaign, in which nothing is recorded yet."""
    return seed_small_network(product, apart="recording-")


def test_a_client_is_led_from_the_first_task_to_the_last_sheet(open_tab):
    page = open_tab().page
    open_follow_up(page, "Client 1")
    main = page.locator(".card-main")

    # A task is begun, stays begun, and is completed with its checklist.
    main.get_by_label("Statut").select_option(label="En cours")
    main.get_by_role("button", name="Commencer sans terminer").click()
    expect(page.get_by_text("Étape commencée.")).to_be_visible()
    page.reload()
    expect(main.get_by_label("Statut")).to_have_value("IN_PROGRESS")
    expect(main.locator(".form-check", has_text="Présenter l’offre").locator(".must")).to_have_text("*")
    main.get_by_role("button", name="Terminer l’étape").click()
    expect(main.locator(".field-error").first).to_be_visible()
    main.get_by_label("Présenter l’offre").check()
    main.get_by_role("button", name="Terminer l’étape").click()
    expect(page.get_by_text(SAVED)).to_be_visible()

    # The reminder is offered at once; it is optional and has a date and a channel.
    expect(main.get_by_role("heading", name="Second appel")).to_be_visible()
    main.get_by_label("Canal").select_option(label="SMS")
    main.get_by_role("button", name="Terminer l’étape").click()
    expect(page.get_by_text(SAVED)).to_be_visible()
    expect(page.locator("section", has=page.get_by_role("heading", name="Évènements"))).to_contain_text("SMS")

    # The sheet says what it waits for, until the appointment was held.
    expect(page.get_by_text("Bloquée par : Rendez-vous de présentation")).to_be_visible()
    main.get_by_label("Date et heure du rendez-vous").fill("2026-01-15T10:00")
    main.get_by_role("button", name="Rendez-vous tenu").click()
    expect(page.get_by_text(SAVED)).to_be_visible()

    # The sales step is done: the conclusion is offered first; the sheet may still be written.
    expect(page.get_by_role("heading", name="Conclure")).to_be_visible()
    main.get_by_label("Ce qui a été dit").fill("Le client souscrit en avril.")
    main.get_by_label("Choisir des fichiers à joindre").set_input_files(DRAFT)
    main.get_by_role("button", name="Terminer l’étape").click()
    expect(page.get_by_text(SAVED)).to_be_visible()
    expect(page.get_by_text("Le client souscrit en avril.").first).to_be_visible()
    expect(page.get_by_role("link", name="dossier.txt")).to_be_visible()


def test_a_step_is_undone_with_a_reason_and_comes_back(open_tab):
    page = open_tab().page
    open_follow_up(page, "Client 3")
    main = page.locator(".card-main")
    main.get_by_label("Présenter l’offre").check()
    main.get_by_role("button", name="Terminer l’étape").click()
    expect(main.get_by_role("heading", name="Second appel")).to_be_visible()

    page.locator("summary", has_text="Défaire").click()
    undo = page.locator("form", has=page.get_by_role("button", name="Défaire"))
    undo.get_by_role("button", name="Défaire").click()
    expect(undo.locator(".field-error")).to_be_visible()
    undo.get_by_label(re.compile("Motif")).fill("Ce n’était pas le bon client")
    undo.get_by_role("button", name="Défaire").click()

    expect(page.get_by_text("Étape défaite.")).to_be_visible()
    expect(main.get_by_role("heading", name="Premier appel")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("Ce n’était pas le bon client")


UNPLANNED = {
    "Tâche": lambda form: form.get_by_label("Échéance").fill("2030-02-01"),
    "Rendez-vous": lambda form: form.get_by_label("Lieu").fill("Au domicile"),
    "Relance": lambda form: form.get_by_label("Canal").select_option(label="Courrier"),
    "Fiche de suivi": lambda form: form.get_by_label("Ce qui a été dit").fill("Préfère le matin."),
    "Mail": lambda form: form.get_by_label("Objet").fill("Bonne année"),
}


def test_an_unplanned_interaction_of_each_kind_is_recorded_and_moves_nothing(open_tab):
    page = open_tab().page
    form = page.locator("#evenement")
    for kind, fill in UNPLANNED.items():
        open_follow_up(page, "Client 2")
        form.get_by_text("Évènement non prévu").click()
        form.get_by_role("link", name=kind, exact=True).click()
        expect(form.get_by_role("link", name=kind, exact=True)).to_have_attribute("aria-current", "true")
        fill(form)
        form.get_by_role("button", name="Enregistrer l’évènement").click()
        expect(page.get_by_text("Évènement enregistré.")).to_be_visible()

    events = page.locator("section", has=page.get_by_role("heading", name="Évènements"))
    expect(events.locator("li.row-item")).to_have_count(5)
    for told in ("Au domicile", "Courrier", "Préfère le matin."):
        expect(events).to_contain_text(told)
    expect(page.locator(".card-main").get_by_role("heading", name="Premier appel")).to_be_visible()


def test_an_ended_campaign_is_archived_and_comes_back_with_what_was_done(open_tab, product, campaign):
    page = open_tab("Boris Petit").page
    yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011  the product's day is this machine's
    page.goto(f"/operations/{campaign}/modifier")
    page.get_by_label("Date de fin").fill(yesterday.isoformat())
    page.locator(".save-bar button.btn-primary").click()
    expect(page.locator(".page-top .pill").first).to_have_text("Terminée")

    page.locator(".menu > .tool").last.click()
    page.get_by_role("link", name="Archiver").click()
    page.get_by_role("button", name="Archiver").click()
    expect(page.get_by_text("L’opération est archivée.")).to_be_visible()

    wait_until(lambda: states(product, campaign) == {"ARCHIVED"}, within=60)
    open_follow_up(page, "Client 1")
    expect(page.locator(".page-top .pill")).to_have_text("Archivé")
    expect(page.get_by_role("button", name="Terminer l’étape")).to_have_count(0)

    page.goto(f"/operations/{campaign}/desarchiver")
    page.get_by_role("button", name="Désarchiver").click()
    expect(page.get_by_text("L’opération est de nouveau terminée.")).to_be_visible()
    wait_until(lambda: states(product, campaign) == {"OPEN"}, within=60)
    open_follow_up(page, "Client 1")
    expect(page.locator(".page-top .pill")).to_have_text("En cours")
    expect(page.get_by_text("Le client souscrit en avril.").first).to_be_visible()


def states(product: Product, campaign: str) -> set[str]:
    """The states of the campaign's follow-ups."""
    with product.as_crm() as crm:
        found = crm.get("/api/followups", params={"campaign_id": campaign}).raise_for_status().json()["items"]
    return {one["status"] for one in found}
