"""Recording on the follow-up page: once, with its errors at the field, and nothing typed lost."""

import re
from datetime import date

import pytest

from shared.rulebook.follow_up import EntryState
from tests.support.fakes_portal_follow_up import COMMAND_ID, FOLLOW_UP_ID
from tests.support.follow_up_page import ADDRESS, HTMX, complete, form_of
from tests.support.html_pages import Page


@pytest.fixture
def state(apis):
    return apis.follow_up


async def test_a_completed_step_offers_the_next_one_in_place(browser, state):
    form = await form_of(browser, kind="CompleteStep", step_id="call")

    answer = await browser.post(ADDRESS, data=form.data(ticked=["said"], note=" Intéressée. "), headers=HTMX)
    page = Page(answer.text)

    assert state.recorded == [{"kind": "CompleteStep", "note": "Intéressée.", "step_id": "call", "ticked": ["said"]}]
    assert answer.text.lstrip().startswith('<div id="follow-up">')
    assert "Étape enregistrée." in page.text
    assert "Étape suivante Relance" in page.text
    assert page.form(kind="CompleteStep", step_id="again")


async def test_without_scripts_the_page_is_loaded_anew_so_that_reloading_sends_nothing(browser):
    answer = await complete(browser, "call", ticked=["said"])
    page = Page((await browser.get(answer.headers["location"].partition("#")[0])).text)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{ADDRESS}?fait=CompleteStep#suite")
    assert "Étape enregistrée." in page.text


async def test_a_double_click_records_once(browser, state):
    form = await form_of(browser, kind="CompleteStep", step_id="call")

    answers = [await browser.post(ADDRESS, data=form.data(ticked=["said"])) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(state.recorded) == 1


async def test_a_missing_tick_is_shown_at_its_item_and_what_was_typed_stays(browser, state):
    answer = await complete(browser, "call", ticked=["extra"], note="Ma note", occurred_at="2026-11-24T09:00")
    page = Page(answer.text)
    form = page.form(kind="CompleteStep", step_id="call")

    assert answer.status_code == 409
    assert "Présenter l’offre * (obligatoire) Cette action est obligatoire : cochez-la." in page.text
    assert form.data()["note"] == ["Ma note"]
    assert form.data()["ticked"] == ["extra"]
    assert form.data()["occurred_at"] == ["2026-11-24T09:00"]
    assert state.recorded == []
    assert state.timeline[0]["verdict"] == "refused"


async def test_after_a_refusal_the_form_has_a_new_key_and_after_no_answer_the_same(browser, apis):
    form = await form_of(browser, kind="CompleteStep", step_id="call")
    path = f"/api/followups/{FOLLOW_UP_ID}/commands"

    refused = Page((await browser.post(ADDRESS, data=form.data())).text)
    apis.away = {path}
    away = Page((await browser.post(ADDRESS, data=form.data(ticked=["said"]))).text)

    assert refused.form(step_id="call", kind="CompleteStep").data()["key"] != form.data()["key"]
    assert away.form(step_id="call", kind="CompleteStep").data()["key"] == form.data()["key"]
    assert "rien ne sera enregistré deux fois" in away.text


async def test_a_pending_answer_is_shown_and_asked_about_until_it_is_there(browser, state):
    state.pending = 2
    form = await form_of(browser, kind="CompleteStep", step_id="call")

    answer = await browser.post(ADDRESS, data=form.data(ticked=["said"]), headers=HTMX)
    asked = f"{ADDRESS}/commandes/{COMMAND_ID}"
    still = await browser.get(asked, headers=HTMX)
    there = await browser.get(asked, headers=HTMX)

    assert f'hx-get="{asked}" hx-trigger="load delay:1s"' in answer.text
    assert "Enregistrement en cours" in answer.text
    assert [form for form in Page(answer.text).forms if form.action.startswith(ADDRESS)] == []
    assert still.headers["hx-retarget"] == "#pending"
    assert still.text.lstrip().startswith('<div class="note note-blue" id="pending"')
    assert there.text.lstrip().startswith('<div id="follow-up">')


async def test_a_pending_answer_without_scripts_is_a_page_that_loads_itself_again(browser, state):
    state.pending = 1

    answer = await complete(browser, "call", ticked=["said"])
    page = await browser.get(answer.headers["location"].partition("#")[0])

    assert answer.headers["location"] == f"{ADDRESS}?attente={COMMAND_ID}#suite"
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page.text


async def test_what_blocks_a_step_is_named_and_it_has_no_form(browser):
    page = Page((await browser.get(ADDRESS)).text)

    assert "Bloquée par : Premier appel" in page.text
    assert [form for form in page.forms if ("step_id", "meeting") in form.fields] == []


async def test_an_optional_step_left_out_can_be_entered_later(browser, state):
    await complete(browser, "call", ticked=["said"])
    await complete(browser, "meeting")

    answer = await complete(browser, "again")

    assert answer.status_code == 303
    assert [body["step_id"] for body in state.recorded] == ["call", "meeting", "again"]


async def test_a_step_is_begun_and_the_begun_one_dropped(browser, state):
    form = await form_of(browser, kind="CompleteStep", step_id="call")

    await browser.post(ADDRESS, data=form.data(kind=["CompleteStep", "BeginStep"]))
    begun = state.state.entries[0].state
    form = await form_of(browser, kind="CompleteStep", step_id="call")
    await browser.post(ADDRESS, data=form.data(kind=["CompleteStep", "CancelEntry"]))

    assert ("kind", "CancelEntry") in form.buttons
    assert (begun, state.state.entries[0].state) == (EntryState.BEGUN, EntryState.IDLE)


async def test_undoing_needs_a_reason(browser, state):
    await complete(browser, "call", ticked=["said"])
    form = await form_of(browser, kind="UndoCompletion", step_id="call")

    without = await browser.post(ADDRESS, data=form.data())
    with_reason = await browser.post(ADDRESS, data=form.data(note="Erreur de client"))

    assert without.status_code == 422
    assert "Indiquez un motif." in without.text
    assert with_reason.status_code == 303
    assert state.recorded[-1] == {"kind": "UndoCompletion", "note": "Erreur de client", "step_id": "call"}


async def test_an_unplanned_interaction_is_recorded_and_the_position_stays(browser, state):
    form = await form_of(browser, kind="RecordInteraction")

    answer = await browser.post(ADDRESS, data=form.data(interaction="REMINDER", note="A rappelé"), headers=HTMX)

    assert state.recorded == [{"kind": "RecordInteraction", "note": "A rappelé", "interaction": "REMINDER"}]
    assert "Évènement enregistré." in answer.text
    assert 'strip-to_do is-mandatory" aria-current="step"' in answer.text


async def test_before_the_entry_date_nothing_can_be_recorded(browser, state):
    state.today = date(2026, 11, 9)

    page = Page((await browser.get(ADDRESS)).text)

    assert "entre dans l’opération le 10 nov. 2026" in page.text
    assert [form for form in page.forms if form.action.startswith(ADDRESS)] == []


async def test_the_timeline_says_who_what_when_from_where_and_what_was_refused(browser, state):
    await complete(browser, "call")
    await complete(browser, "call", ticked=["said"], note="<b>Bonjour</b>")

    html = (await browser.get(ADDRESS)).text
    text = Page(html).text

    assert "Étape faite : Premier appel 24 nov. 2026, 10:30, par Anne Martin, à l’écran <b>Bonjour</b>" in text
    assert "Terminer l’étape : Premier appel" in text
    assert "Refusé : Toutes les actions obligatoires de la tâche doivent être cochées." in text
    assert "Il manquait : Présenter l’offre." in text
    assert "&lt;b&gt;Bonjour&lt;/b&gt;" in html


async def test_a_time_without_zone_is_the_deployments(browser, state):
    form = await form_of(browser, kind="RecordInteraction")

    await browser.post(ADDRESS, data=form.data(interaction="TASK", occurred_at="2026-11-23T09:30"))

    assert state.recorded[0]["occurred_at"] == "2026-11-23T09:30:00+01:00"


async def test_marks_of_errors_are_tied_to_their_fields(browser):
    html = (await complete(browser, "call")).text

    described = re.search(r'<input[^>]*value="said"[^>]*aria-describedby="(\S+) "[^>]*aria-invalid="true"', html)
    assert described
    assert f'id="{described[1]}"' in html
