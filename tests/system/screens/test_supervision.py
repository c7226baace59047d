"""Pilotage: where a manager stands, the list with conclude many, the tree, the charts, the files (spec 8)."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.product import Product, seed_small_network

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", autouse=True)
def network(product: Product) -> None:
    """The small network."""
    seed_small_network(product, apart="supervision-")


@pytest.fixture
def page(open_tab):
    return open_tab("Boris Petit").page


def test_supervision_opens_on_the_totals_of_the_reach(page):
    page.get_by_role("link", name="Pilotage").first.click()

    expect(page.locator("#figures")).to_contain_text("4 clients")
    expect(page.locator("#list tbody tr")).to_have_count(4)
    figures = page.get_by_role("region", name="Indicateurs")
    for named in (
        "Objectif",
        "Potentiel initial",
        "Collecté",
        "Reste à concrétiser",
        "Potentiel restant",
        "Avancement",
    ):
        expect(figures.get_by_text(named, exact=True).last).to_be_visible()


def test_the_list_is_sorted_filtered_and_its_address_can_be_shared(page):
    page.goto("/pilotage")
    page.get_by_role("link", name="Potentiel").click()
    expect(page).to_have_url(re.compile("tri=potential"))
    expect(page.locator("#list tbody tr").first).to_contain_text("1\u202f000\u00a0€")

    page.get_by_label("Nom du client").fill("Client 3")
    page.get_by_role("button", name="Chercher").click()
    expect(page.locator("#list tbody tr")).to_have_count(1)
    page.go_back()
    expect(page.locator("#list tbody tr")).to_have_count(4)


def test_one_goes_from_the_tree_to_the_advisor_and_to_the_client(page):
    page.goto("/pilotage/detail?par=campaign,advisor,client")
    page.evaluate("document.body.dataset.kept = 'yes'")
    page.locator(".tree-open").first.click()
    expect(page.locator("tbody.tree-1")).to_contain_text("Anne Martin")
    page.locator("tbody.tree-1 .tree-open").click()
    expect(page.locator("tbody.tree-2")).to_have_count(4)
    expect(page.locator("tbody.tree-2").first.locator("td").first).to_have_text("1 sur 4")
    assert page.evaluate("document.body.dataset.kept") == "yes"

    page.locator("tbody.tree-1 a:not(.tree-open)").first.click()

    expect(page.get_by_text("Conseiller : Anne Martin")).to_be_visible()


def test_one_chooses_a_unit_and_an_advisor_and_keeps_them_from_tab_to_tab(page):
    page.goto("/pilotage")
    page.get_by_label("Conseiller", exact=True).select_option(label="Anne Martin")
    page.get_by_role("button", name="Afficher").click()
    expect(page).to_have_url(re.compile("conseiller="))
    page.get_by_role("link", name="Bilan – Synthèse").click()

    expect(page.get_by_role("link", name=re.compile("Conseiller : Anne Martin"))).to_be_visible()
    expect(page.get_by_label("Conseiller", exact=True).locator("option:checked")).to_have_text("Anne Martin")


def test_charts_have_tables_and_the_steps_of_one_campaign_a_funnel(page):
    page.goto("/pilotage/synthese")
    page.get_by_label("Opération", exact=True).select_option(index=1)
    page.get_by_role("button", name="Afficher").click()

    expect(page.locator("figure.chart svg").first).to_be_visible()
    expect(page.locator(".chart-table")).to_have_count(page.locator("figure.chart").count())
    expect(page.get_by_text("Trop peu d’observations")).to_be_visible()
    titles = page.locator("figure.chart h2").all_text_contents()
    assert len(set(titles)) == len(titles)
    assert titles[0] == "Objectif, collecte et potentiel restant"
    steps = page.get_by_role("region", name="Étapes (détail)")
    expect(steps.get_by_role("row", name=re.compile("1. Premier appel"))).to_contain_text("4")
    for told in ("Concernés", "Plus concernés", "Taux d’avancement", "Taux de passage à l’étape suivante"):
        expect(steps.get_by_role("columnheader", name=told, exact=True)).to_be_visible()


def test_a_past_day_says_what_it_shows_and_a_day_ahead_is_refused(page):
    page.goto("/pilotage?au=2026-01-01")
    expect(page.get_by_text("Aucun client ne correspond")).to_be_visible()
    expect(page.get_by_role("button", name="Conclure toute la liste")).to_have_count(0)

    page.goto("/pilotage/detail?au=2999-01-01")
    expect(page.locator(".note-red").first).to_be_visible()


def test_a_file_is_prepared_and_taken(page):
    page.goto("/pilotage/editions")
    page.get_by_role("button", name="Préparer : Gestion : liste des clients").click()
    with page.expect_download(timeout=90_000) as download:
        page.get_by_role("link", name="Télécharger : Gestion : liste des clients").first.click(timeout=60_000)

    assert download.value.suggested_filename.endswith(".xlsx")


def test_those_chosen_are_concluded_together_and_it_is_undone(page):
    page.goto("/pilotage?tri=potential")
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("checkbox").nth(1).check()
    page.get_by_role("button", name="Conclure la sélection").click()
    page.get_by_role("button", name="Conclure", exact=True).click()
    expect(page.locator(".field-error")).to_be_visible()

    page.get_by_label("Conclusion").select_option("SALE")
    page.get_by_label(re.compile("Montant")).first.fill("1 000,01")
    page.get_by_label("Ce montant est").select_option("total")
    page.get_by_role("button", name="Essayer d’abord").click()
    expect(page.get_by_text("2 clients seraient conclus.")).to_be_visible()
    page.get_by_role("button", name="Conclure", exact=True).click()

    expect(page.locator("#job")).to_contain_text("terminé", timeout=30_000)
    expect(page.locator("#job")).to_contain_text("1\u202f000,01\u00a0€")
    page.get_by_role("button", name="Annuler ce traitement").click()
    expect(page.locator("#job")).to_contain_text("annulé", timeout=30_000)


def test_all_of_the_filtered_list_are_concluded_without_ticking_them_page_by_page(page):
    page.goto("/pilotage?resultat=in_progress")
    page.get_by_role("button", name="Conclure toute la liste").click()
    expect(page.get_by_text("4 clients choisis")).to_be_visible()
    expect(page.get_by_text("Tous les suivis en cours de la liste filtrée")).to_be_visible()
    assert page.locator("[name=chosen]").count() == 0

    page.get_by_role("button", name="Conclure", exact=True).click()
    expect(page.locator(".field-error")).to_be_visible()
    page.get_by_label("Conclusion").select_option("REFUSAL")
    page.get_by_role("button", name="Essayer d’abord").click()
    expect(page.get_by_text("4 clients seraient conclus.")).to_be_visible()
    page.get_by_role("button", name="Conclure", exact=True).click()

    expect(page.locator("#job")).to_contain_text("terminé", timeout=30_000)
    expect(page.locator("#job .numbers > div").first).to_contain_text("4")
    page.get_by_role("button", name="Annuler ce traitement").click()
    expect(page.locator("#job")).to_contain_text("annulé", timeout=30_000)


def test_a_filter_that_the_job_does_not_know_is_taken_by_its_clients(page):
    page.goto("/pilotage?nom=Client+2")
    page.get_by_role("button", name="Conclure toute la liste").click()

    expect(page.get_by_text("1 client choisi")).to_be_visible()
    assert len(page.locator("[name=chosen]").input_value().split()) == 1


def test_whoever_changes_the_language_while_concluding_is_back_at_the_list(page):
    page.goto("/pilotage?nom=Client+2")
    page.get_by_role("button", name="Conclure toute la liste").click()
    expect(page.get_by_role("heading", name="Conclure plusieurs clients")).to_be_visible()
    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("heading", name="Supervision")).to_be_visible()


def test_an_advisor_sees_figures_of_the_own_clients_only(open_tab):
    page = open_tab("Anne Martin").page
    page.goto("/pilotage")

    expect(page.locator("#list tbody tr")).to_have_count(4)


def test_its_screens_have_no_accessibility_fault_and_fit_the_window(open_tab):
    pages = ("/pilotage", "/pilotage/detail", "/pilotage/synthese", "/pilotage/editions", "/recherche?q=client")

    assert open_tab("Boris Petit").faults(pages) == {}
