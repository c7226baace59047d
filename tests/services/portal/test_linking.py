"""A success is linked on the follow-up page, and what its e-mails came to is shown there."""

import pytest

from tests.support.fakes_portal_contacts import JOB_ID
from tests.support.follow_up_page import ADDRESS, form_of
from tests.support.html_pages import Page

ACCOUNT = f"{ADDRESS}?onglet=compte"


@pytest.fixture
def state(apis):
    return apis.follow_up


async def conclude(browser, conclusion, collected=""):
    form = await form_of(browser, kind="Conclude")
    await browser.post(ADDRESS, data=form.data(conclusion=conclusion, on="2026-11-23", collected=collected))


async def test_a_sale_is_linked_to_the_clients_transactions_and_a_difference_is_said(browser, state):
    await conclude(browser, "SALE", "1 000,50")
    form = Page((await browser.get(ACCOUNT)).text).form(kind="LinkHoldings")
    answer = await browser.post(ADDRESS, data=form.data(transaction=[JOB_ID], account=[]))
    page = Page((await browser.get(answer.headers["location"])).text)

    assert answer.status_code == 303
    assert "onglet=compte" in answer.headers["location"]
    assert len(state.linked) == 1
    assert "Montant collecté 1 000,50 €" in page.text
    assert "Écart -0,50 €" in page.text.replace("\u2212", "-")
    assert "ne font pas le montant collecté" in page.text


async def test_what_is_exact_has_no_difference_and_accounts_are_offered_too(browser, state):
    await conclude(browser, "SIGNATURE", "1000")
    before = Page((await browser.get(ACCOUNT)).text)
    form = before.form(kind="LinkHoldings")
    await browser.post(ADDRESS, data=form.data(transaction=[JOB_ID]))
    page = Page((await browser.get(ADDRESS)).text)

    assert "Livret d’hiver" in before.text
    assert "Écart aucun" in page.text
    assert "ne font pas le montant" not in page.text


async def test_only_a_success_has_the_tab_of_accounts(browser, state):
    await conclude(browser, "REFUSAL")
    page = await browser.get(ACCOUNT)

    assert "LinkHoldings" not in page.text
    assert f'href="{ACCOUNT}"' not in page.text
    assert "Corriger la conclusion" in page.text


async def test_a_client_of_whom_no_account_is_known_has_nothing_to_tick(browser, state):
    state.has_accounts = False
    await conclude(browser, "SALE", "1000")
    page = await browser.get(ACCOUNT)

    assert "ni compte ni mouvement" in page.text
    assert "LinkHoldings" not in page.text


@pytest.mark.parametrize(
    ("letter", "told"),
    [
        ({"state": "WAITING", "attempts": 0, "problem": None}, ["En attente d’envoi"]),
        (
            {"state": "WAITING", "attempts": 2, "problem": "451 busy"},
            ["Nouvel essai à venir", "2 essais", "Réponse du serveur de messagerie : 451 busy"],
        ),
        ({"state": "SENT", "attempts": 1, "problem": None}, ["Envoyé"]),
        (
            {"state": "FAILED", "attempts": 1, "problem": "no such mailbox"},
            ["Échec de l’envoi", "no such mailbox", "L’étape reste à faire."],
        ),
    ],
)
async def test_the_page_says_what_became_of_an_email(browser, state, letter, told):
    about = {"letter_id": "1", "step_id": None, "recipient": "zoe@example.org", "subject": "Bonjour"}
    state.letters = [about | letter | {"asked_at": "2026-11-24T09:00:00Z", "settled_at": None}]

    page = Page((await browser.get(ADDRESS)).text)
    part = await browser.get(f"{ADDRESS}/courriels")

    assert all(text in page.text for text in (*told, "Bonjour", "zoe@example.org"))
    assert ("every 4s" in part.text) is (letter["state"] == "WAITING")


async def test_without_emails_there_is_no_card_of_them(browser, state):
    assert "E-mails envoyés d’ici" not in (await browser.get(ADDRESS)).text
