"""Mise en place des opérations commerciales: campaigns are created, listed, put in order, shared out (notice, 1)."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.campaign_network import seed_campaign_network
from tests.support.product import Product

pytestmark = pytest.mark.timeout(300)

TODAY = date.today()  # noqa: DTZ011  the product's day is this machine's
START = (TODAY - timedelta(days=3)).isoformat()
END = (TODAY + timedelta(days=30)).isoformat()


@pytest.fixture(scope="module", autouse=True)
def campaign(product: Product) -> str:
    """A network with a running campaign; the id of the campaign."""
    return seed_campaign_network(product, "care", "Prévoyance")


def fill_campaign(page: Page, name: str, *steps: str) -> None:
    """A new campaign up to the button that creates it."""
    page.goto("/operations/nouvelle")
    page.get_by_label("Nom de l’opération").fill(name)
    page.get_by_label("Objectif en euros").fill("400 000")
    page.get_by_label("Date de début").fill(START)
    page.get_by_label("Date de fin").fill(END)
    for number, title in enumerate(steps):
        if number:
            page.get_by_role("button", name="Ajouter une étape").click()
        page.locator(".step-editor").nth(number).get_by_label("Intitulé").fill(title)


def create(page: Page, name: str) -> None:
    """A new campaign of one step; its page is shown."""
    fill_campaign(page, name, "Premier appel")
    page.get_by_role("button", name="Créer l’opération").first.click()
    expect(page.get_by_text("L’opération est créée.")).to_be_visible()


def titles_of(page: Page) -> list[str]:
    """The titles of the steps on the sheet in order."""
    return [field.input_value() for field in page.locator(".step-editor .step-name input").all()]


def test_a_manager_creates_a_campaign_with_checklist_document_and_mail_on_one_page(open_tab):
    page = open_tab("Carla Roux").page
    page.get_by_role("link", name="Opérations commerciales").first.click()
    page.get_by_role("link", name="Nouvelle opération").click()
    fill_campaign(page, "Assurance-vie 2027", "Préparer", "Envoyer l’offre", "Rendez-vous")
    first, second, third = (page.locator(".step-editor").nth(number) for number in range(3))

    first.get_by_text("Note, délai et contenu").click()
    first.get_by_role("button", name="Ajouter une action").click()
    first.get_by_label("Action", exact=True).fill("Relire le dossier")
    first.locator("input[type=file]").set_input_files(
        {"name": "offre.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 offre"}
    )
    second.get_by_label("Nature").select_option("EMAIL")
    second.get_by_text("Note, délai et contenu").click()
    second.get_by_label("Objet du mail").fill("Votre offre")  # codespell:ignore objet
    third.get_by_label("Nature").select_option("APPOINTMENT")
    third.get_by_label("Étape de vente").check()
    page.get_by_role("button", name="Créer l’opération").first.click()

    expect(page.get_by_text("L’opération est créée.")).to_be_visible()
    expect(page.get_by_text("Relire le dossier")).to_be_visible()
    expect(page.get_by_text("Objet : Votre offre")).to_be_visible()  # codespell:ignore objet
    with page.expect_download() as download:
        page.get_by_role("link", name="offre.pdf").click()
    assert download.value.suggested_filename == "offre.pdf"


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(open_tab):
    page = open_tab("Carla Roux").page
    fill_campaign(page, "Épargne", "Appel", "Relance")
    page.get_by_label("Objectif en euros").fill("beaucoup")
    page.get_by_label("Date de fin").fill("2020-01-01")
    page.locator(".step-editor").nth(1).get_by_label("Intitulé").fill("")

    page.get_by_role("button", name="Créer l’opération").first.click()

    expect(page.get_by_text("Donnez un intitulé à cette étape.")).to_be_visible()
    expect(page.get_by_label("Objectif en euros")).to_have_value("beaucoup")
    expect(page.get_by_label("Objectif en euros")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Objectif en euros").fill("1 234,56")
    page.locator(".step-editor").nth(1).get_by_label("Intitulé").fill("Relance")
    page.get_by_role("button", name="Créer l’opération").first.click()
    expect(page.get_by_text("La fin précède le début.")).to_be_visible()
    assert titles_of(page) == ["Appel", "Relance"]


def test_steps_are_moved_by_buttons_and_by_dragging_them(open_tab):
    page = open_tab("Carla Roux").page
    fill_campaign(page, "Ordre", "Un", "Deux", "Trois")

    page.locator(".step-editor").nth(2).get_by_role("button", name="Monter l’étape").click()
    assert titles_of(page) == ["Un", "Trois", "Deux"]
    page.locator(".step-editor").nth(0).locator("[data-grip]").drag_to(page.locator(".step-editor").nth(2))
    assert titles_of(page) == ["Trois", "Deux", "Un"]
    page.locator(".step-editor").nth(0).get_by_role("button", name="Retirer l’étape").click()
    assert titles_of(page) == ["Deux", "Un"]


def test_without_scripts_the_same_buttons_send_the_form_and_lose_nothing(open_tab):
    page = open_tab("Carla Roux", java_script_enabled=False).page
    fill_campaign(page, "Sans script", "Un", "Deux")

    page.locator(".step-editor").nth(1).get_by_role("button", name="Monter l’étape").click()
    page.locator(".step-editor").nth(0).get_by_text("Note, délai et contenu").click()
    page.locator(".step-editor").nth(0).get_by_role("button", name="Ajouter une action").click()

    assert titles_of(page) == ["Deux", "Un"]
    expect(page.get_by_label("Nom de l’opération")).to_have_value("Sans script")
    expect(page.locator("[data-item]")).to_have_count(1)


def test_the_list_is_filtered_searched_and_put_into_ones_own_order(open_tab):
    page = open_tab("Carla Roux").page
    create(page, "Zénith")
    page.goto("/operations?statut=RUNNING&q=zenith")
    expect(page.locator("tbody tr")).to_have_count(1)

    page.goto("/operations")
    row = page.locator("tbody tr", has_text="Zénith")
    before = page.locator("tbody tr").all_inner_texts().index(row.inner_text())
    with page.expect_response(re.compile("/operations/ordre")) as kept:
        row.get_by_role("button", name="Monter : Zénith").click()
    assert kept.value.status == 204
    page.reload()
    assert page.locator("tbody tr").all_inner_texts().index(row.inner_text()) == before - 1
    with page.expect_response(re.compile("/operations/ordre")):
        row.locator("[data-grip]").drag_to(page.locator("tbody tr").first)
    page.reload()
    expect(page.locator("tbody tr").first).to_contain_text("Zénith")
    page.goto("/")
    expect(page.locator(".choice-name").nth(1)).to_have_text("Zénith")

    page.goto("/operations")
    page.locator("tbody tr", has_text="Zénith").locator(".dates").dblclick()
    expect(page.get_by_label("Nom de l’opération")).to_have_value("Zénith")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_campaign_is_given_a_place_by_number_or_put_first_or_last(open_tab, scripts):
    page = open_tab("Carla Roux", java_script_enabled=scripts).page
    create(page, f"Ailleurs {scripts}")

    def move(**how: str) -> list[str]:
        page.goto("/operations?statut=RUNNING")
        row = page.locator("tbody tr", has_text=f"Ailleurs {scripts}")
        row.locator(".menu > summary").click()
        if place := how.get("place"):
            row.get_by_label("Place dans la liste").fill(place)
        row.get_by_role("button", name=how.get("press", "Déplacer")).click()
        expect(page.get_by_text("L’opération a changé de place.")).to_be_visible()
        return page.locator("tbody tr .row-link").all_inner_texts()

    assert move(press="Tout en haut")[0] == f"Ailleurs {scripts}"
    assert move(place="2")[1] == f"Ailleurs {scripts}"
    assert move(press="Tout en bas")[-1] == f"Ailleurs {scripts}"


def test_a_campaign_is_copied_and_deleted_but_not_once_something_was_recorded(open_tab, product, campaign):
    page = open_tab("Carla Roux").page
    page.goto(f"/operations/{campaign}/dupliquer")
    page.get_by_label("Date de début").fill(START)
    page.get_by_label("Date de fin").fill(END)
    page.get_by_role("button", name="Dupliquer").click()
    expect(page.get_by_role("heading", name="Prévoyance (copie)")).to_be_visible()  # codespell:ignore copie
    expect(page.get_by_text("3. Dossier")).to_be_visible()

    page.goto(page.url.partition("?")[0] + "/supprimer")
    page.get_by_role("button", name="Supprimer").click()
    expect(page.get_by_text("L’opération est supprimée.")).to_be_visible()
    page.goto(f"/operations/{campaign}/archiver")
    page.get_by_role("button", name="Archiver").click()
    expect(page.get_by_role("alert")).to_contain_text("terminée")


def test_the_target_is_shared_out_with_the_remainder_in_view(open_tab):
    page = open_tab("Carla Roux").page
    create(page, "Répartie")
    page.get_by_role("link", name="Répartir sur les conseillers").click()
    page.get_by_label("Ajouter un conseiller").fill("Dumas")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("button", name="Ajouter Paul Dumas").click()

    page.get_by_label("Part de Paul Dumas", exact=True).fill("12,5")
    expect(page.locator(".remainder")).to_contain_text(re.compile(r"350\s000,00\s€"))
    page.get_by_label("Part de Paul Dumas", exact=True).fill("101")
    page.get_by_role("button", name="Enregistrer la répartition").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Part de Paul Dumas", exact=True)).to_have_value("101")
    page.get_by_label("Part de Paul Dumas", exact=True).fill("50 000,01")
    page.get_by_label("Unité de la part de Paul Dumas").select_option("euros")
    page.get_by_role("button", name="Enregistrer la répartition").first.click()

    expect(page.get_by_text("La répartition est enregistrée.")).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile(r"Reste à répartir\s*349\s999,99\s€"))


def test_the_screens_of_campaigns_have_no_accessibility_fault_and_fit_the_window(open_tab, campaign):
    path = f"/operations/{campaign}"
    pages = ("", "/suivi", "/modifier", "/repartition", "/dupliquer", "/archiver")

    assert (
        open_tab("Carla Roux").faults(["/operations", "/operations/nouvelle", *(path + page for page in pages)]) == {}
    )
