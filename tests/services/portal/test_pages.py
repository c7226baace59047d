"""Every page: complete, strict, in both languages, and whole when a service is away."""

import re

import pytest

from tests.support.fakes_portal import NOTICE_ID
from tests.support.fakes_portal_follow_up import CAMPAIGN_ID, CLIENT_ID, FOLLOW_UP_ID
from tests.support.html_pages import Page

ADDRESSES = [
    "/",
    f"/?campagne={CAMPAIGN_ID}",
    "/avis",
    f"/avis/{NOTICE_ID}",
    "/suivis",
    "/suivis?etat=CONCLUDED",
    f"/suivis/{FOLLOW_UP_ID}",
    f"/suivis/{FOLLOW_UP_ID}?fait=CompleteStep",
    f"/suivis/{FOLLOW_UP_ID}?attente={CAMPAIGN_ID}",
    "/contacts",
    "/contacts?q=zo&segment=premium",
    f"/contacts/{CLIENT_ID}",
    f"/contacts/{CLIENT_ID}?onglet=compte",
    f"/contacts/{CLIENT_ID}?onglet=historique",
    "/connexion?reason=expired",
]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("address", ADDRESSES)
async def test_pages_are_well_formed_and_run_nothing_inline(browser, address, language):
    browser.cookies.set("jalon_language", language)

    answer = await browser.get(address)
    page = Page(answer.text)

    assert answer.status_code == 200
    assert page.offences == []
    assert page.stack == []
    assert len(page.ids) == len(set(page.ids))
    assert f'<html lang="{language}"' in answer.text
    assert "script-src 'self'; style-src 'self'" in answer.headers["content-security-policy"]
    assert "<script>alert" not in answer.text


async def test_the_home_page_shows_notices_figures_and_follow_ups(browser):
    page = Page((await browser.get("/")).text)

    assert "Bonjour Anne Martin" in page.text
    assert "Épargne d’hiver 1 client à contacter, dont 1 nouveau du 5 oct. 2026 au 4 déc. 2026" in page.text
    assert ", 1 notification non lue" in page.text
    assert "Relance Appeler · Épargne d’hiver" in page.text
    assert f"/suivis/{FOLLOW_UP_ID}#suite" in page.links


async def test_all_campaigns_without_a_target_show_no_pace(browser):
    page = Page((await browser.get("/")).text)

    assert "Indicateurs\u00a0: Toutes les opérations" in (await browser.get("/")).text
    assert "Objectif – " in page.text
    assert "Avancement – " in page.text


async def test_a_chosen_campaign_shows_its_figures_in_french(browser):
    html = (await browser.get(f"/indicateurs?campagne={CAMPAIGN_ID}")).text

    assert html.lstrip().startswith("<section")
    assert "Indicateurs\u00a0: Épargne d’hiver" in html
    assert "400\u202f000\u00a0€" in html
    assert "59,80\u202f%" in html
    assert "51 / 10" in html
    assert "en retard" in html


async def test_a_chosen_campaign_shows_its_figures_in_english(browser):
    browser.cookies.set("jalon_language", "en")

    html = (await browser.get(f"/indicateurs?campagne={CAMPAIGN_ID}")).text

    assert "€400,000" in html
    assert "59.80%" in html
    assert "behind" in html


async def test_what_one_service_cannot_show_leaves_the_rest_of_the_page(browser, apis):
    apis.away = {"/api/reports/indicators", "/api/notifications/unread-count"}

    answer = await browser.get("/")

    assert answer.status_code == 200
    assert "Le service ne répond pas pour le moment." in answer.text
    assert "Épargne d’hiver" in answer.text


async def test_looking_at_a_notice_marks_what_was_shown_as_read(browser, apis):
    answer = await browser.get(f"/avis/{NOTICE_ID}")

    assert apis.recorded == [{"mark": "read", "body": '{"revision":3}'}]
    assert "12\u202f501\u00a0€" in answer.text
    assert 'href="tel:0102030405"' in answer.text
    assert "notification non lue" not in answer.text


async def test_a_notice_is_marked_from_the_list_and_one_comes_back(browser, apis):
    page = Page((await browser.get("/")).text)
    form = next(form for form in page.forms if form.action == f"/avis/{NOTICE_ID}/lu")

    answer = await browser.post(form.action, data=form.data())

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert not apis.unread


async def test_with_htmx_only_the_parts_that_changed_come_back(browser, apis):
    page = Page((await browser.get("/")).text)
    form = next(form for form in page.forms if form.action == f"/avis/{NOTICE_ID}/lu")

    answer = await browser.post(form.action, data=form.data(), headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert re.findall(r'<hx-partial hx-target="(#\w+)"', answer.text) == ["#unread", "#notices"]


async def test_a_list_leads_on_with_the_cursor_of_the_api(browser):
    page = Page((await browser.get("/suivis")).text)

    assert "/suivis?etat=OPEN&apres=12500.50%3Anext" in page.links


@pytest.mark.parametrize(
    ("address", "status", "text"),
    [
        ("/nowhere", 404, "Cette page n’existe pas"),
        ("/suivis/not-an-id", 404, "Cette page n’existe pas"),
        (f"/suivis/{NOTICE_ID}", 404, "Ce suivi n’existe pas ou vous est inaccessible."),
        (f"/avis/{CAMPAIGN_ID}", 404, "Cet élément n’existe pas ou vous est inaccessible."),
        ("/suivis?etat=NONSENSE", 422, "Cette demande n’a pas pu être comprise."),
        ("/?campagne=%27%3Bdrop", 422, "Cette demande n’a pas pu être comprise."),
        (f"/suivis?apres={'x' * 5000}", 422, "Cette demande n’a pas pu être comprise."),
    ],
)
async def test_what_is_not_there_is_said_on_a_page(browser, address, status, text):
    answer = await browser.get(address)

    assert answer.status_code == status
    assert text in Page(answer.text).text
    assert answer.headers["content-type"].startswith("text/html")


async def test_an_error_replaces_the_content_when_htmx_asked_for_a_part(browser, apis):
    apis.refusals = {f"/api/followups/{FOLLOW_UP_ID}": (404, "follow_up_unknown")}

    answer = await browser.get(f"/suivis/{FOLLOW_UP_ID}", headers={"HX-Request": "true"})

    assert answer.headers["hx-retarget"] == "#content"
    assert "<html" not in answer.text


async def test_a_page_that_breaks_says_so_without_telling_why(browser, apis):
    apis.follow_up.timeline = [{"nonsense": True}]

    answer = await browser.get(f"/suivis/{FOLLOW_UP_ID}")

    assert answer.status_code == 500
    assert "Un problème est survenu" in answer.text
    assert "nonsense" not in answer.text


async def test_apis_are_asked_in_the_language_of_the_visitor(browser, apis):
    browser.cookies.set("jalon_language", "en")

    await browser.get("/suivis")

    assert {language for _, language in apis.asked} == {"en"}
