"""Each kind's own form, the characteristics, and what stays when somebody else was faster."""

import pytest

from tests.support.follow_up_page import ADDRESS, HTMX, complete, form_of
from tests.support.html_pages import Page


@pytest.fixture
def state(apis):
    return apis.follow_up


async def test_an_appointment_is_planned_with_its_time_duration_and_place(browser, state):
    await complete(browser, "call", ticked=["said"])
    form = await form_of(browser, kind="CompleteStep", step_id="meeting")

    await browser.post(
        ADDRESS,
        data=form.data(
            kind=["CompleteStep", "BeginStep"],
            d_starts_at="2026-12-01T14:30",
            d_duration_minutes="45",
            d_place="Agence",
        ),
    )

    assert state.recorded[-1] == {
        "kind": "BeginStep",
        "step_id": "meeting",
        "details": {"starts_at": "2026-12-01T14:30:00+01:00", "duration_minutes": 45, "place": "Agence"},
    }


async def test_a_date_that_cannot_be_read_is_marked_and_what_was_typed_stays(browser, state):
    form = await form_of(browser, kind="RecordInteraction")

    answer = await browser.post(ADDRESS, data=form.data(d_due_on="le 2", note="Rappeler"), headers=HTMX)

    assert "Cette date n’est pas lisible. Exemple : 2026-04-20." in Page(answer.text).text
    assert Page(answer.text).form(kind="RecordInteraction").data()["note"] == ["Rappeler"]
    assert Page(answer.text).form(kind="RecordInteraction").data()["d_due_on"] == ["le 2"]
    assert state.recorded == []


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("TASK", "Échéance"),
        ("APPOINTMENT", "Lieu"),
        ("REMINDER", "Canal"),
        ("FOLLOW_UP_SHEET", "Ce qui a été dit"),
        ("EMAIL", "Envoyer le mail"),
    ],
)
async def test_an_unplanned_interaction_of_any_kind_has_the_form_of_its_kind(browser, kind, label):
    page = Page((await browser.get(f"{ADDRESS}?evenement={kind}")).text)

    assert label in page.text
    assert page.form(kind="RecordInteraction", interaction=kind)


async def test_who_comes_second_sees_who_did_and_keeps_what_was_typed(browser, state):
    form = await form_of(browser, kind="CompleteStep", step_id="call")
    await complete(browser, "call", ticked=["said"])

    answer = await browser.post(ADDRESS, data=form.data(note="Ma note", d_due_on="2026-12-01", key="another"))
    page = Page(answer.text)

    assert answer.status_code == 409
    assert "« Premier appel » a été faite le 24 nov. 2026, 10:30, par Anne Martin, à l’écran." in " ".join(
        page.text.replace("\xa0", " ").split()
    )
    own = page.form(kind="RecordInteraction", interaction="TASK")
    assert own.data()["note"] == ["Ma note"]
    assert own.data()["d_due_on"] == ["2026-12-01"]


async def test_the_characteristics_are_a_tab_with_potential_and_state(browser):
    page = Page((await browser.get(f"{ADDRESS}?onglet=caracteristiques")).text)
    form = page.form(kind="ChangePotential")

    wrong = await browser.post(ADDRESS, data=form.data(potential="beaucoup"))

    assert "Potentiel initial : 10 000,00 €" in page.text.replace("\u202f", " ").replace("\xa0", " ")
    assert wrong.status_code == 422
    assert "Ce montant est illisible." in wrong.text
    assert Page(wrong.text).form(kind="ChangePotential").data()["potential"] == ["beaucoup"]
