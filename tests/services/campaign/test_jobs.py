"""Jobs are listed, reported on and cancelled by who asked for them, and by who may change the campaign."""

import csv
from datetime import timedelta

import pytest

from shared.contracts.followup import JobDecided, RefusedInJob
from shared.rulebook.ids import client_id
from tests.services.campaign.clients import a_campaign_of, do
from tests.services.campaign.conftest import code_of


async def get(door, path, *, by="boss", **query):
    answer = await door.ask("GET", path, by=by, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def asked_for(door, campaign_id, *, by="boss", at=0):
    """A job asked for so many minutes later than the one before."""
    door.clock.advance(timedelta(minutes=at))
    return (await door.target(campaign_id, [{"client": "c1"}, {"client": "c2"}], by=by))["job_id"]


async def test_the_jobs_of_a_campaign_are_listed_to_who_may_change_it_and_everybodys_own_to_each(door):
    campaign_id = (await door.create(by="branch"))["campaign_id"]
    other = (await door.create(by="boss"))["campaign_id"]
    first = await asked_for(door, campaign_id, by="branch")
    second = await asked_for(door, campaign_id, by="north", at=1)
    third = await asked_for(door, other, by="boss", at=1)

    def ids(page):
        return [one["job_id"] for one in page["items"]]

    assert ids(await get(door, f"/{campaign_id}/jobs", by="branch")) == [second, first]
    assert ids(await get(door, f"/{campaign_id}/jobs", by="anne")) == []
    assert ids(await get(door, "/jobs", by="north")) == [second]
    assert ids(await get(door, "/jobs", by="boss")) == [third]
    assert ids(await get(door, "/jobs", by="vera")) == []
    assert (await door.ask("GET", f"/{campaign_id}/jobs", by="vera")).status_code == 404


async def test_the_list_of_jobs_comes_in_pages(door):
    campaign_id = (await door.create())["campaign_id"]
    jobs = [await asked_for(door, campaign_id, at=minute) for minute in (0, 0, 1)]

    first = await get(door, f"/{campaign_id}/jobs", limit=2)
    second = await get(door, f"/{campaign_id}/jobs", limit=2, after=first["next"])

    listed = [one["job_id"] for one in [*first["items"], *second["items"]]]
    assert (len(listed), set(listed), listed[0]) == (3, set(jobs), jobs[2])
    assert second["next"] is None


@pytest.mark.parametrize(
    "cursor",
    ["nonsense", "WyJub29uIiwgIjAi", "WyIyMDI2LTA0LTIwIiwgIjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMCJd"],
)
async def test_a_cursor_of_nonsense_is_refused_by_name(door, cursor):
    refused = await door.ask("GET", "/jobs", params={"after": cursor})

    assert (refused.status_code, code_of(refused)) == (422, "cursor_invalid")


async def a_withdrawal_refused(door):
    """A job of which two were skipped here, and two more refused by their follow-ups."""
    campaign_id = await a_campaign_of(door, "c1", "c2", "c3")
    named = ["c1", "=1+1", "c2", "c4"]
    job = await do(door, campaign_id, "withdraw", [{"client": one} for one in named])
    ids = sorted(map(client_id, ("c1", "c2")))
    door.follow_ups.decisions[job["job_id"]] = JobDecided(
        decided=2,
        refused=2,
        by_code={"closed": 2},
        refusals=tuple(RefusedInJob(follow_up_id=one, client_id=one, code="closed") for one in ids),
    )
    return f"/{campaign_id}/jobs/{job['job_id']}"


async def test_what_had_no_effect_is_reported_in_pages_whoever_refused_it(door):
    path = await a_withdrawal_refused(door)

    items, query = [], {}
    while True:
        page = await get(door, f"{path}/skips", limit=1, **query)
        items += page["items"]
        if page["next"] is None:
            break
        query = {"after": page["next"]}

    assert [(one["position"], one["client"], one["reason"]) for one in items[:2]] == [
        (2, "=1+1", "unknown_client"),
        (4, "c4", "not_targeted"),
    ]
    assert {(one["position"], one["client"], one["reason"]) for one in items[2:]} == {
        (0, "c1", "closed"),
        (0, "c2", "closed"),
    }


@pytest.mark.parametrize(
    ("language", "delimiter", "words"),
    [
        ("fr", ";", "Ce client est inconnu, ou hors de votre périmètre."),
        ("en", ",", "This client is unknown, or beyond your reach."),
    ],
)
async def test_the_report_is_a_file_in_which_no_cell_is_a_formula(door, language, delimiter, words):
    path = await a_withdrawal_refused(door)

    answer = await door.ask("GET", f"{path}/skips.csv", headers={"Accept-Language": language})

    lines = list(csv.reader(answer.text.removeprefix("\ufeff").splitlines(), delimiter=delimiter))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert lines[1] == ["2", "'=1+1", "unknown_client", words, ""]
    assert len(lines) == 5


async def test_the_report_says_so_while_the_follow_up_service_is_away(door):
    path = await a_withdrawal_refused(door)
    door.follow_ups.deaf = True

    first = await get(door, f"{path}/skips")
    second = await door.ask("GET", f"{path}/skips", params={"after": first["next"]})

    assert (second.status_code, code_of(second)) == (503, "service_unavailable")


async def test_a_report_is_seen_by_who_asked_and_by_who_may_change_the_campaign(door):
    path = await a_withdrawal_refused(door)

    statuses = {by: (await door.ask("GET", f"{path}/skips", by=by)).status_code for by in ("boss", "anne", "vera")}

    assert statuses == {"boss": 200, "anne": 404, "vera": 404}


async def test_somebody_elses_report_names_the_clients_within_ones_own_reach_alone(door):
    campaign_id = (await door.create(owner="branch"))["campaign_id"]
    named = await do(door, campaign_id, "withdraw", [{"client": one} for one in ("c1", "c4", "nobodys")])
    by_id = await do(door, campaign_id, "withdraw", [{"client_id": client_id(one)} for one in ("c1", "c4")])
    path = f"/{campaign_id}/jobs/{named['job_id']}"

    pages = [(await get(door, path, by="branch"))["skips"], (await get(door, f"{path}/skips", by="branch"))["items"]]
    file = (await door.ask("GET", f"{path}/skips.csv", by="branch")).text
    ids = (await get(door, f"/{campaign_id}/jobs/{by_id['job_id']}", by="branch"))["skips"]

    told = [[(one["position"], one["client"], one["reason"]) for one in page] for page in pages]
    assert told == [[(1, "c1", "not_targeted"), (2, None, "not_targeted"), (3, None, "unknown_client")]] * 2
    assert [name in file for name in ("c1", "c4", "nobodys")] == [True, False, False]
    assert [one["client"] for one in ids] == [client_id("c1"), None]


async def test_a_job_is_cancelled_by_who_may_see_it_and_one_that_is_done_stays_as_it_is(door):
    campaign_id = (await door.create())["campaign_id"]
    job_id = await asked_for(door, campaign_id)
    path = f"/{campaign_id}/jobs/{job_id}"

    statuses = {by: (await door.ask("POST", f"{path}/cancel", by=by)).status_code for by in ("boss", "anne", "vera")}

    assert statuses == {"boss": 200, "anne": 404, "vera": 404}
    job = await get(door, path)
    assert (job["cancelled"], job["accepted"], job["skipped"]) == (False, 2, 0)
