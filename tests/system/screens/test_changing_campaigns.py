"""Modification d’une opération commerciale: a running campaign is changed, its effects seen first (spec 2.4)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.campaign_network import seed_campaign_network
from tests.support.product import Product

pytestmark = pytest.mark.timeout(300)

TITLES = ["Premier appel", "Rendez-vous", "Dossier"]


@pytest.fixture(scope="module", autouse=True)
def sheet(product: Product) -> str:
    """The address of the sheet of a running campaign."""
    return f"/operations/{seed_campaign_network(product, 'bearn', 'Épargne béarnaise')}/modifier"


def save(page: Page) -> None:
    """Press the button at the foot of the sheet."""
    page.locator(".save-bar button.btn-primary").click()


def test_a_change_is_shown_by_branch_before_it_is_saved(open_tab, sheet):
    tab = open_tab("Carla Roux")
    page = tab.page
    page.goto(sheet)
    page.get_by_role("button", name="Ajouter une étape").click()
    new = page.locator(f"#{page.locator('.step-editor').last.get_attribute('id')}")
    new.get_by_label("Intitulé").fill("Vérifier l’adresse")
    for _ in TITLES:
        new.get_by_role("button", name="Monter l’étape").click()
    save(page)

    effects = page.locator("#effects")
    expect(effects).to_contain_text("Rien n’est encore enregistré.")
    expect(effects.get_by_role("row", name="Agence Pau")).to_have_text(re.compile(r"Agence Pau\s*3\s*0\s*0\s*0"))
    assert tab.accessibility() == []
    page.get_by_label("Seulement de ceux qui n’ont pas encore dépassé cette place").check()
    page.get_by_role("button", name="Voir les effets").click()
    expect(page.get_by_label("Seulement de ceux qui n’ont pas encore dépassé cette place")).to_be_checked()
    save(page)
    expect(page.get_by_text("L’opération est enregistrée.")).to_be_visible()
    expect(page.get_by_text("1. Vérifier l’adresse")).to_be_visible()


def test_a_change_that_touches_nobody_is_saved_at_once(open_tab, sheet):
    page = open_tab("Carla Roux").page
    page.goto(sheet)
    page.get_by_label("Note", exact=True).first.fill("Pour les clients de plus de 50 ans")

    save(page)

    expect(page.get_by_text("Pour les clients de plus de 50 ans")).to_be_visible()


def test_a_second_editor_is_told_who_changed_what_and_keeps_what_was_typed(open_tab, sheet):
    first, second = open_tab("Carla Roux").page, open_tab("Carla Roux").page
    for page in (first, second):
        page.goto(sheet)
    first.get_by_label("Nom de l’opération").fill("Épargne de printemps")
    save(first)
    expect(first.get_by_text("L’opération est enregistrée.")).to_be_visible()
    second.get_by_label("Objectif en euros").fill("30 000")

    save(second)

    conflict = second.locator("#conflict")
    expect(conflict).to_contain_text("Carla Roux a modifié cette opération")
    expect(conflict).to_contain_text("Épargne béarnaise → Épargne de printemps")
    expect(second.get_by_label("Objectif en euros")).to_have_value("30 000")
    save(second)
    expect(second.get_by_text("L’opération est enregistrée.")).to_be_visible()


def test_a_step_that_was_completed_somewhere_cannot_be_removed(open_tab, sheet):
    advisor = open_tab("Paul Dumas").page
    advisor.goto("/suivis")
    advisor.locator("main a[href^='/suivis/']").first.click()
    advisor.get_by_role("button", name="Terminer l’étape").first.click()
    expect(advisor.get_by_text(re.compile("Étape faite"))).to_be_visible()
    done = advisor.get_by_text(re.compile("Étape faite")).first.inner_text().partition(":")[2].strip()

    page = open_tab("Carla Roux").page
    page.goto(sheet)
    at = [field.input_value() for field in page.locator(".step-name input").all()].index(done)
    page.locator(".step-editor").nth(at).get_by_role("button", name="Retirer l’étape").click()
    save(page)

    expect(page.locator("#effects")).to_contain_text(f"L’étape « {done} » ne peut pas être retirée")
    page.goto(sheet)
    assert done in [field.input_value() for field in page.locator(".step-name input").all()]
