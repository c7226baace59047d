"""E-mails that failed, on the operators' page: sent again by a button, and what is refused is said beside it."""

from urllib.parse import parse_qsl

import pytest
from fastapi import FastAPI

from tests.support.fakes_portal_follow_up import problem
from tests.support.html_pages import Page

LETTER = "5a0c7a0e-0000-4000-8000-0000000000e1"
AGAIN = f"/exploitation/courriels/{LETTER}/renvoyer"
PAGE = "/exploitation/courriels?etat=FAILED"
FAILED = {
    "letter_id": LETTER,
    "follow_up_id": "5a0c7a0e-0000-4000-8000-0000000000f1",
    "step_id": "letter",
    "state": "FAILED",
    "attempts": 3,
    "problem": "no such mailbox",
    "asked_at": "2026-11-24T08:00:00Z",
    "settled_at": "2026-11-24T08:01:00Z",
}


@pytest.fixture
def refused():
    """The code that sending again is refused with, once there is one."""
    return []


@pytest.fixture
def apis(apis, refused):
    """Those of the other tests, and one e-mail that failed before them."""
    whole = apis.app()

    def app() -> FastAPI:
        front = FastAPI()

        @front.get("/api/followups/letters")
        async def letters():
            return {"items": [FAILED], "next": None, "waiting": 0, "failed": 1}

        @front.post("/api/followups/letters/{letter_id}/retry", status_code=202)
        async def retry(letter_id: str):
            return problem(409, refused[0]) if refused else {**FAILED, "letter_id": letter_id, "state": "WAITING"}

        front.mount("/", whole)
        return front

    apis.app = app
    return apis


async def test_one_that_failed_is_sent_again_and_the_page_says_so(browser):
    answer = await send_again(browser)
    told = await browser.get(answer.headers["location"])

    assert answer.status_code == 303
    assert dict(parse_qsl(answer.headers["location"].partition("?")[2])) == {"etat": "FAILED", "renvoye": "true"}
    assert "L’e-mail repart, à l’adresse actuelle du client." in told.text


async def test_what_is_refused_is_said_beside_it(browser, refused):
    refused.append("letter_writer_out_of_reach")

    answer = await send_again(browser)

    assert answer.status_code == 409
    assert "La personne qui a écrit cet e-mail n’a plus accès au client" in answer.text


async def send_again(browser):
    page = (await browser.get(PAGE)).text
    assert f'action="{AGAIN}"' in page
    return await browser.post(AGAIN, data={"form_token": Page(page).form_token, "etat": "FAILED"})
