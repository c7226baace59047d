"""The search of the top bar."""

import pytest

from tests.support.fakes_portal import CLIENT_ID
from tests.support.fakes_portal_follow_up import CAMPAIGN_ID
from tests.support.html_pages import Page


async def test_clients_and_campaigns_are_found_by_their_names(browser):
    page = Page((await browser.get("/recherche?q=hiver")).text)

    assert "pour « hiver »" in page.text
    assert f"/contacts/{CLIENT_ID}" in page.links
    assert f"/operations/{CAMPAIGN_ID}" in page.links


async def test_nothing_is_asked_for_without_words(browser, apis):
    page = Page((await browser.get("/recherche?q=%20%00")).text)

    assert "Saisissez un nom" in page.text
    assert not {path for path, _ in apis.asked} & {"/api/directory/clients", "/api/campaigns"}


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "\u202egnp.exe", "é" * 200, "'; drop table--"])
async def test_hostile_words_are_shown_as_they_are(browser, words):
    answer = await browser.get("/recherche", params={"q": words})

    assert answer.status_code == 200
    assert Page(answer.text).offences == []
    assert "<script>alert" not in answer.text


async def test_one_kind_that_cannot_be_found_now_does_not_hide_the_other(browser, apis):
    apis.away = {"/api/directory/clients"}

    page = Page((await browser.get("/recherche?q=hiver")).text)

    assert "Le service ne répond pas" in page.text
    assert f"/operations/{CAMPAIGN_ID}" in page.links


async def test_the_navigation_holds_what_the_person_may_use(browser, apis):
    apis.rights["access_level"] = "NONE"

    page = Page((await browser.get("/recherche")).text)

    assert "/contacts" not in page.links


async def test_a_page_is_shown_without_the_rights_when_the_directory_is_away(browser, apis):
    apis.away = {"/api/directory/me"}

    assert (await browser.get("/recherche")).status_code == 200
