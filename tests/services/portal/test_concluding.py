"""Concluding on the follow-up page, and amending and withdrawing a conclusion."""

import pytest

from tests.support.follow_up_page import ADDRESS, HTMX, complete, form_of
from tests.support.html_pages import Page


@pytest.fixture
def state(apis):
    return apis.follow_up


async def test_a_conclusion_is_offered_after_the_sales_step_and_takes_amounts_as_people_write_them(browser, state):
    await complete(browser, "call", ticked=["said"])
    await complete(browser, "meeting")
    page = Page((await browser.get(ADDRESS)).text)
    form = page.form(kind="Conclude")

    answer = await browser.post(
        ADDRESS, data=form.data(conclusion="SALE", on="2026-11-23", collected="1 234,56"), headers=HTMX
    )

    assert "card" in page.opened
    assert "vous pouvez conclure" in page.text
    assert state.recorded[-1] == {
        "kind": "Conclude",
        "conclusion": "SALE",
        "on": "2026-11-23",
        "collected": "1234.56",
    }
    assert "Vente le 23 nov. 2026" in answer.text
    assert "1\u202f234,56\u00a0€ collectés" in answer.text
    assert "Succès" in answer.text


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ({"conclusion": "SALE", "collected": "beaucoup"}, "Ce montant est illisible."),
        ({"conclusion": "SALE", "collected": "1,234"}, "Ce montant peut se lire de deux façons"),
        ({"conclusion": "SALE", "collected": "-5"}, "Le montant ne peut pas être négatif."),
        ({"conclusion": "REFUSAL", "collected": "12"}, "Un montant collecté n’accompagne qu’une vente"),
        ({"conclusion": "SALE", "on": "2027-01-01"}, "La date de conclusion doit être comprise entre le"),
        ({"conclusion": "SALE", "on": "hier"}, "Cette date n’est pas lisible."),
        ({"collected": "12"}, "Choisissez une conclusion."),
        ({"conclusion": "SALE", "note": "x" * 20_001}, "Ce texte est trop long."),
        ({"conclusion": "PERHAPS"}, "Certaines valeurs sont absentes ou incorrectes"),
    ],
)
async def test_a_wrong_conclusion_says_what_is_wrong_and_keeps_what_was_typed(browser, state, typed, text):
    form = await form_of(browser, kind="Conclude")

    answer = await browser.post(ADDRESS, data=form.data(**typed))
    page = Page(answer.text)

    assert answer.status_code in (409, 422)
    assert text in page.text
    kept = page.form(kind="Conclude").data()
    assert all(kept[name] == [value] for name, value in typed.items() if name != "conclusion")
    assert state.recorded == []


async def test_a_conclusion_left_out_steps_and_can_be_amended_and_withdrawn(browser, state):
    form = await form_of(browser, kind="Conclude")
    await browser.post(ADDRESS, data=form.data(conclusion="REFUSAL"))

    page = Page((await browser.get(ADDRESS)).text)
    amend = await browser.post(ADDRESS, data=page.form(kind="AmendConclusion").data(conclusion="NO_DECISION", note="x"))
    page = Page((await browser.get(ADDRESS)).text)
    withdraw = await browser.post(ADDRESS, data=page.form(kind="WithdrawConclusion").data(note="Se ravise"))

    assert "Étapes obligatoires non faites" in page.text
    assert "Sans décision" in page.text
    assert (amend.status_code, withdraw.status_code) == (303, 303)
    assert [body["kind"] for body in state.recorded] == ["Conclude", "AmendConclusion", "WithdrawConclusion"]
