"""An advisor's day in a real browser against the whole product (spec 5 and 7)."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import opened_tab
from tests.support.product import seed_small_network

NOTICE = "section#notices"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", autouse=True)
def network(product):
    seed_small_network(product)
    return product


def test_the_sign_in_page_names_the_people(browser, network):
    with opened_tab(browser, network.origin) as tab:
        tab.page.goto("/")

        expect(tab.page.get_by_text("Conseillère, Agence Lyon")).to_be_visible()
        assert tab.accessibility() == []


def test_an_advisor_sees_a_notice_completes_a_step_and_is_offered_the_next(open_tab):
    page = open_tab().page

    expect(page.locator(NOTICE).get_by_text("4 clients à contacter, dont 4 nouveaux")).to_be_visible()
    page.locator(NOTICE).get_by_role("link", name="Épargne d’hiver").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text(
        re.compile(r"Client 4.*01 00 00 00 04.*4\s000\s€", re.DOTALL)
    )
    page.get_by_role("link", name="Client 4", exact=True).click()
    expect(page.get_by_text("Bloquée par : Premier appel", exact=True)).to_have_count(2)
    page.get_by_label("Présenter l’offre").check()
    page.get_by_role("textbox", name="Note").fill("Intéressée")
    page.get_by_role("button", name="Terminer l’étape").click()

    expect(page.get_by_role("heading", name="Étape suivante")).to_be_visible()
    expect(page.get_by_role("heading", name="Second appel")).to_be_visible()
    expect(page.get_by_text("Étape faite : Premier appel")).to_be_visible()
    expect(page.locator(".timeline-note", has_text="Intéressée")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Second appel")).to_be_visible()


def test_the_notice_was_read_by_looking_at_it_in_every_open_tab(open_tab):
    first, second = open_tab().page, open_tab().page
    mark = first.locator(NOTICE).get_by_role("button", name=re.compile("Marquer comme (non )?lue"))
    before = mark.inner_text()
    mark.click()
    expect(mark).not_to_have_text(before)

    # What one tab shows now, the other shows without being touched.
    expect(second.locator(NOTICE).get_by_role("button")).to_have_text(mark.inner_text())


def test_in_english_a_missing_tick_is_explained_and_nothing_typed_is_lost(open_tab):
    page = open_tab(locale="en-GB").page
    page.get_by_role("button", name="English").click()
    page.goto("/suivis")
    page.get_by_role("link", name="Client 3").first.click()
    page.get_by_role("textbox", name="Note").fill("Calls back on Monday")

    page.get_by_role("button", name="Complete the step").click()

    expect(page.get_by_text("This one is required: tick it.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Calls back on Monday")
    expect(page.get_by_text("Every mandatory item of the task must be ticked.").first).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_follow_up_is_concluded_and_the_figures_follow(open_tab):
    page = open_tab().page
    page.goto("/suivis")
    page.get_by_role("link", name="Client 2").first.click()
    page.locator("summary", has_text="Conclure").click()
    page.get_by_label("Signature").check()
    page.get_by_label("Montant collecté").fill("1 234,56")

    page.get_by_role("button", name="Conclure le suivi").click()

    expect(page.get_by_text("Suivi conclu.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"1\s234,56\s€ collectés"))).to_be_visible()
    page.goto("/")
    expect(page.locator("section#indicators").get_by_text(re.compile(r"1\s235\s€")).first).to_be_visible()


def test_a_manager_sees_the_campaign_but_no_notice_of_others(open_tab):
    page = open_tab("Boris Petit").page

    expect(page.get_by_text("Aucune notification.")).to_be_visible()
    page.get_by_role("link", name=re.compile("Épargne d’hiver")).click()
    expect(page.get_by_role("heading", name="Indicateurs : Épargne d’hiver")).to_be_visible()
    expect(page.get_by_text(re.compile(r"20\s000\s€")).first).to_be_visible()


def test_real_screens_have_no_accessibility_fault_and_fit_the_window(open_tab):
    tab = open_tab()
    tab.page.goto("/suivis")
    follow_up = tab.page.get_by_role("link", name="Client 1").first.get_attribute("href")
    tab.page.goto("/avis")
    notice = tab.page.locator("a[href^='/avis/']").first.get_attribute("href")

    assert tab.faults(("/", "/avis", notice, "/suivis", "/suivis?etat=CONCLUDED", follow_up, "/preferences/avis")) == {}
