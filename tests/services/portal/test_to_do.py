"""The lists of what there is to do, on the home page and alone."""

import pytest

from tests.support.fakes_portal_follow_up import FOLLOW_UP_ID
from tests.support.html_pages import Page


async def test_the_home_page_begins_with_what_is_due(browser):
    page = Page((await browser.get("/")).text)

    assert "Aujourd’hui et en retard 2" in page.text
    assert "En retard pour le 20 nov. 2026" in page.text
    assert f"/suivis/{FOLLOW_UP_ID}#suite" in page.links


async def test_the_first_list_that_is_not_empty_is_shown(browser, apis):
    apis.to_do = {"late": 0, "today": 0}

    page = Page((await browser.get("/")).text)

    assert "depuis le 23 nov. 2026" in page.text


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("echeances", "En retard pour le 20 nov. 2026"),
        ("proposees", "Relance Appeler · Épargne d’hiver"),
        ("conclusions", "Aucun client n’attend de conclusion."),
        ("suivis", "entrée le 10 nov. 2026"),
    ],
)
async def test_each_list_can_be_chosen_and_stands_alone_without_scripts(browser, chosen, shown):
    whole = Page((await browser.get(f"/a-faire?liste={chosen}")).text)
    part = await browser.get(f"/a-faire?liste={chosen}", headers={"HX-Request": "true"})

    assert shown in whole.text
    assert whole.offences == []
    assert part.text.lstrip().startswith("<section")
    assert shown in Page(part.text).text


async def test_lists_that_cannot_be_read_do_not_hide_the_notices(browser, apis):
    apis.away = {"/api/followups/to-do/counts"}

    page = Page((await browser.get("/")).text)

    assert "Le service ne répond pas" in page.text
    assert "1 client à contacter" in page.text


async def test_a_list_that_does_not_exist_is_a_wrong_address(browser):
    assert (await browser.get("/a-faire?liste=rien")).status_code == 422
