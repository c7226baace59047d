"""The list of clients, and the page of one: campaigns, accounts, history, and a campaign added."""

import pytest

from tests.support.fakes_portal import CLIENT_ID
from tests.support.fakes_portal_contacts import OTHER_CAMPAIGN_ID
from tests.support.fakes_portal_follow_up import CAMPAIGN_ID, FOLLOW_UP_ID
from tests.support.follow_up_page import complete
from tests.support.html_pages import Page

CLIENT = f"/contacts/{CLIENT_ID}"
ADD = f"{CLIENT}/operations"


async def test_the_list_leads_to_each_client_and_keeps_its_filters(browser):
    page = Page((await browser.get("/contacts?q=zo%C3%A9&segment=premium")).text)

    assert CLIENT in page.links
    assert "/contacts" in page.links, "all are shown again with one click"
    assert ("q", "zoé") in page.forms[-1].fields or any(("q", "zoé") in form.fields for form in page.forms)


@pytest.mark.parametrize("address", ["/contacts?conseiller=nobody", f"{CLIENT}?onglet=nonsense"])
async def test_an_address_that_makes_no_sense_says_so(browser, address):
    assert (await browser.get(address)).status_code == 422


async def test_the_page_says_who_the_client_is_and_where_each_campaign_stands(browser):
    page = Page((await browser.get(CLIENT)).text)

    assert "Conseiller : Anne Martin" in page.text
    assert "Segment premium" in page.text
    assert "Épargne d’hiver En cours" in page.text
    assert f"/suivis/{FOLLOW_UP_ID}" in page.links


async def test_a_concluded_campaign_is_green_with_its_word(browser, apis):
    apis.follow_up.record({"kind": "Conclude", "conclusion": "SALE", "collected": "12.00"}, "1")

    html = (await browser.get(CLIENT)).text

    assert 'class="pill pill-green"' in html
    assert "Succès" in Page(html).text


async def test_the_history_tells_over_all_campaigns_what_was_refused_and_why(browser):
    await complete(browser, "call")

    page = Page((await browser.get(f"{CLIENT}?onglet=historique")).text)

    assert "Terminer l’étape : Premier appel" in page.text
    assert "Refusé : Toutes les actions obligatoires de la tâche doivent être cochées." in page.text


async def test_a_signal_for_a_campaign_that_does_not_have_the_client_leads_to_no_follow_up(browser, apis):
    await complete(browser, "call")
    strange = {"follow_up_id": "5a0c7a0e-0000-4000-8000-0000000000ff", "data": {"campaign": "hiver", "client": "c1"}}
    apis.follow_up.timeline[0] |= strange | {"code": "follow_up_unknown", "verdict": "parked", "door": "crm"}

    page = Page((await browser.get(f"{CLIENT}?onglet=historique")).text)

    assert "Ce client n’est pas ciblé dans « hiver »" in page.text
    assert f"/suivis/{strange['follow_up_id']}" not in page.links


async def test_accounts_and_transactions_are_shown_page_by_page(browser):
    page = Page((await browser.get(f"{CLIENT}?onglet=compte")).text)

    assert "Livret d’hiver" in page.text
    assert "1 000,00 €" in page.text.replace("\u202f", " ").replace("\xa0", " ")
    assert f"{CLIENT}?onglet=compte&apres=page-2" in page.links


async def test_a_campaign_added_lands_on_its_characteristics(browser, apis):
    apis.rights["access_level"] = "OWN"
    token = Page((await browser.get(CLIENT)).text).form_token

    answer = await browser.post(ADD, data={"form_token": token, "campaign_id": CAMPAIGN_ID})

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/suivis/{FOLLOW_UP_ID}?onglet=caracteristiques"
    assert apis.recorded[-1]["campaign"] == CAMPAIGN_ID
    assert apis.recorded[-1]["clients"] == [{"client_id": CLIENT_ID}]


async def test_without_a_choice_the_field_says_so(browser, apis):
    token = Page((await browser.get(CLIENT)).text).form_token

    answer = await browser.post(ADD, data={"form_token": token, "campaign_id": ""})

    assert answer.status_code == 422
    assert "Choisissez une opération." in answer.text
    assert apis.recorded == []


async def test_a_campaign_that_may_not_be_given_is_refused_with_its_reason(browser, apis):
    apis.refusals = {f"/api/campaigns/{OTHER_CAMPAIGN_ID}/clients": (403, "campaign_not_shared")}
    token = Page((await browser.get(CLIENT)).text).form_token

    answer = await browser.post(ADD, data={"form_token": token, "campaign_id": OTHER_CAMPAIGN_ID})

    assert answer.status_code == 403
    assert 'role="alert"' in answer.text


async def test_a_client_out_of_reach_is_not_found(browser):
    assert (await browser.get(f"/contacts/{CAMPAIGN_ID}")).status_code == 404
