"""Forms that another site, another session or nobody made."""

import pytest

from services.portal.sessions import Sealer
from tests.support.follow_up_page import ADDRESS, form_of
from tests.support.html_pages import Page


@pytest.fixture
def state(apis):
    return apis.follow_up


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_cannot_send_the_form(browser, state, headers):
    form = await form_of(browser, kind="RecordInteraction")

    answer = await browser.post(ADDRESS, data=form.data(), headers=headers)

    assert answer.status_code == 403
    assert state.recorded == []


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://portal.test"}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}, {}]
)
async def test_our_own_pages_can(browser, state, headers):
    form = await form_of(browser, kind="RecordInteraction")

    answer = await browser.post(ADDRESS, data=form.data(interaction="TASK"), headers=headers)

    assert answer.status_code == 303


@pytest.mark.parametrize("token", ["", "another", "é"])
async def test_a_form_of_another_session_records_nothing_and_keeps_what_was_typed(browser, state, token):
    form = await form_of(browser, kind="RecordInteraction")

    answer = await browser.post(ADDRESS, data=form.data(form_token=token, note="Important"))
    again = Page(answer.text).form(kind="RecordInteraction")

    assert answer.status_code == 403
    assert "Ce formulaire vient d’une autre session." in answer.text
    assert again.data()["note"] == ["Important"]
    assert state.recorded == []


async def test_the_token_of_a_form_is_bound_to_its_session(session):
    sealer = Sealer("a key")

    assert sealer.is_form_token(session, sealer.form_token(session))
    assert not Sealer("another").is_form_token(session, sealer.form_token(session))


@pytest.mark.parametrize("kind", ["", "Reassign", "DropTable"])
async def test_a_form_that_is_none_of_ours_does_nothing(browser, state, kind):
    form = await form_of(browser, kind="RecordInteraction")

    answer = await browser.post(ADDRESS, data=form.data(kind=kind))

    assert answer.status_code == 200
    assert state.recorded == []
