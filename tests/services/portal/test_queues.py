"""Files et traitements: what is late is told by number and word, first; who does not answer is named."""

import re

import pytest
from fastapi import FastAPI

from tests.support.fakes_portal_follow_up import problem
from tests.support.html_pages import Page

ASKED_AT = "2026-11-24T08:00:00Z"


def a_backlog(service, *consumers, outbox=(0, None, "CURRENT"), jobs=()):
    def queue(number, age, state):
        return {"waiting": number, "oldest_seconds": age, "state": state}

    return {
        "service": service,
        "outbox": None if outbox is None else queue(*outbox),
        "consumers": [{"name": name, "parked": parked, **queue(*rest)} for name, parked, *rest in consumers],
        "jobs": list(jobs),
    }


@pytest.fixture
def backlogs():
    """What each service answers, by its prefix; None where it does not."""
    return {
        "directory": a_backlog("directory"),
        "campaigns": a_backlog("campaign", outbox=(7, 400, "VERY_LATE")),
        "followups": a_backlog("followup", ("followup-users", 0, 3, 12, "LATE")),
        "notifications": None,
        "reports": a_backlog("reporting", ("reporting-facts", 2, 0, None, "CURRENT"), outbox=None),
    }


@pytest.fixture
def apis(apis, backlogs):
    """Those of the other tests, and the backlogs before them."""
    whole = apis.app()

    def app() -> FastAPI:
        front = FastAPI()

        @front.get("/api/{service}/backlog")
        async def backlog(service: str):
            return backlogs[service] or problem(503, "service_unavailable")

        @front.get("/api/followups/letters")
        async def letters():
            return {"items": [], "next": None, "waiting": 0, "failed": 4}

        front.mount("/", whole)
        return front

    apis.app = app
    return apis


async def test_the_latest_queue_comes_first_and_says_so_in_words(browser):
    page = (await browser.get("/exploitation/files")).text
    rows = re.findall(r'<tr><th scope="row">(?:Publication|Lecture).*?</tr>', page, flags=re.DOTALL)
    told = [re.sub(r"<[^>]*>", " ", row) for row in rows]

    assert len(told) == 5
    assert re.search(r"Publication · opérations\s+7\s+7.min\s+très en retard", told[0])
    assert re.search(r"followup-users\s+3\s+12.s\s+en retard\s+0", told[1])
    assert re.search(r"reporting-facts\s+0\s+–\s+à jour\s+2", told[4])


async def test_a_service_that_does_not_answer_is_named_and_the_others_are_shown(browser):
    answer = await browser.get("/exploitation/files")

    assert answer.status_code == 200
    assert "Le service « avis » ne répond pas" in answer.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "followup-users" in answer.text


async def test_the_first_view_counts_what_is_wrong_between_the_services(browser):
    page = Page((await browser.get("/exploitation/apercu", headers={"HX-Request": "true"})).text)

    told = "Files bloquées 1 Files en retard 1 Messages mis de côté 2 E-mails en échec 4 Traitements en cours 0"
    assert told in page.text
    assert "avis" in page.text


async def test_jobs_are_told_with_how_far_they_are(browser, backlogs):
    job = {
        "job_id": "j-1",
        "kind": "conclude",
        "campaign_id": None,
        "done": 3,
        "total": 10,
        "asked_at": ASKED_AT,
        "stoppable": True,
    }
    backlogs["followups"]["jobs"] = [job]

    page = (await browser.get("/exploitation/files")).text

    assert re.search(r"Conclusion par lots.*j-1.*3 / 10", page, flags=re.DOTALL)
    assert "/exploitation/traitements/followup/j-1/arreter" in page


async def test_what_the_house_itself_has_under_way_cannot_be_stopped(browser, backlogs):
    job = {"job_id": "j-1", "kind": "pull_in", "campaign_id": None, "done": 3, "total": 10, "asked_at": ASKED_AT}
    backlogs["followups"]["jobs"] = [job | {"stoppable": False}]

    page = (await browser.get("/exploitation/files")).text

    assert "j-1" in page
    assert "arreter" not in page


async def test_who_is_no_operator_is_told_which_right_is_missing(browser, backlogs):
    backlogs["directory"] = problem(403, "missing_right")

    assert (await browser.get("/exploitation/files")).status_code == 403
