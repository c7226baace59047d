"""Campaigns are archived, brought back, deleted and duplicated."""

import asyncio

import pytest

from shared.rulebook.ids import user_id
from tests.services.campaign.conftest import a_campaign, code_of


async def test_only_an_ended_campaign_is_archived_and_it_comes_back_ended(door):
    running = await door.create()
    ended = await door.create(end_date="2026-04-19")

    refused = await door.ask("POST", f"/{running['campaign_id']}/archive")
    archived = await door.ask("POST", f"/{ended['campaign_id']}/archive")
    edited = await door.change(archived.json(), end_date="2026-04-19")
    path = f"/{ended['campaign_id']}/unarchive"
    late = await door.ask("POST", path, headers={"If-Match": '"1"'})
    back = await door.ask("POST", path, headers={"If-Match": archived.headers["ETag"]})

    assert (refused.status_code, code_of(refused)) == (409, "campaign_not_ended")
    assert archived.json()["status"] == "ARCHIVED"
    assert (edited.status_code, code_of(edited)) == (409, "archived")
    assert (late.status_code, code_of(late), late.json()["data"]) == (
        412,
        "version_changed",
        {"expected": 1, "present": 2},
    )
    assert (back.json()["status"], back.json()["version"]) == ("ENDED", 3)


async def test_an_untouched_campaign_is_deleted_and_told_so(door, heard):
    created = await door.create(key="av-2026")

    deleted = await door.ask("DELETE", f"/{created['campaign_id']}")

    assert deleted.status_code == 204
    assert (await door.ask("GET", f"/{created['campaign_id']}")).status_code == 404
    assert (await door.ask("GET")).json()["items"] == []
    assert (await heard(2))[1].deleted is True
    again = await door.ask("POST", json=a_campaign(key="av-2026"))
    assert (again.status_code, code_of(again)) == (409, "deleted")


async def test_a_campaign_in_which_anything_was_recorded_is_not_deleted(door):
    created = await door.create()
    door.follow_ups.touched = 1

    refused = await door.ask("DELETE", f"/{created['campaign_id']}")

    assert (refused.status_code, code_of(refused)) == (409, "something_recorded")
    assert door.follow_ups.reserved == {created["campaign_id"]: set()}


async def test_who_saw_an_older_version_is_told_so_before_anything_is_reserved(door):
    running = await door.create()
    ended = await door.create(end_date="2026-04-19")
    for campaign in (running, ended):
        await door.change(campaign, end_date=campaign["end_date"], note="again")
    door.follow_ups.under_way = True
    old = {"If-Match": '"1"'}

    deleted = await door.ask("DELETE", f"/{running['campaign_id']}", headers=old)
    archived = await door.ask("POST", f"/{ended['campaign_id']}/archive", headers=old)
    early = await door.ask("POST", f"/{running['campaign_id']}/archive")

    assert (deleted.status_code, code_of(deleted)) == (412, "version_changed")
    assert (archived.status_code, code_of(archived)) == (412, "version_changed")
    assert (early.status_code, code_of(early)) == (409, "campaign_not_ended")
    assert door.follow_ups.reserved == {}


async def test_a_duplicate_has_the_definition_the_allocation_as_per_cent_and_the_clients(door):
    source = await door.create(target="1000")
    rows = [{"advisor_id": user_id("anne"), "amount": "250"}]
    await door.ask("PUT", f"/{source['campaign_id']}/allocation", json={"rows": rows})
    await door.target(source["campaign_id"], [{"client": "c1", "potential": "500"}, {"client": "c3"}])

    copy = await door.ask(
        "POST",
        f"/{source['campaign_id']}/duplicate",
        json={"key": "next", "start_date": "2026-06-01", "end_date": "2026-07-31", "clients": True},
    )

    assert copy.status_code == 201
    made = copy.json()
    assert (made["status"], made["version"], made["sales_step"]) == ("UPCOMING", 1, "meet")
    assert [(row["percent"], row["amount"]) for row in made["allocation"]["rows"]] == [("25.0000000000", "250.00")]
    for _ in range(200):
        clients = (await door.ask("GET", f"/{made['campaign_id']}/clients")).json()["items"]
        if len(clients) == 2:
            break
        await asyncio.sleep(0.02)
    assert {(one["external_id"], one["potential"], one["entry_date"]) for one in clients} == {
        ("c1", "500.00", "2026-06-01"),
        ("c3", "0.00", "2026-06-01"),
    }


NEXT = {"start_date": "2026-06-01", "end_date": "2026-07-31"}


async def test_a_duplicate_made_again_under_its_key_is_the_same_with_the_same_job(door):
    source = await door.create()
    await door.target(source["campaign_id"], [{"client": "c1"}])
    path, asked = f"/{source['campaign_id']}/duplicate", NEXT | {"key": "next", "clients": True}

    first, again = [await door.ask("POST", path, json=asked) for _ in range(2)]
    job = await door.job_when_worked(first.json()["campaign_id"], first.json()["job_id"])

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["job_id"] == again.json()["job_id"]
    assert job["total"] == 1


async def test_clients_are_not_copied_into_days_that_are_over(door):
    source = await door.create()
    over = {"start_date": "2026-01-01", "end_date": "2026-02-01", "clients": True}

    refused = await door.ask("POST", f"/{source['campaign_id']}/duplicate", json=over)

    assert (refused.status_code, code_of(refused)) == (409, "campaign_ended")
    assert len((await door.ask("GET")).json()["items"]) == 1


async def test_a_manager_of_a_part_duplicates_what_he_sees_and_no_more(door):
    source = await door.create(target="1000")
    rows = [{"advisor_id": user_id("vera"), "amount": "250"}]
    await door.ask("PUT", f"/{source['campaign_id']}/allocation", json={"rows": rows})
    await door.target(source["campaign_id"], [{"client": "c1"}, {"client": "c5"}])

    made = await door.ask(
        "POST", f"/{source['campaign_id']}/duplicate", by="branch", json=NEXT | {"key": "part", "clients": True}
    )
    job = await door.job_when_worked(made.json()["campaign_id"], made.json()["job_id"], by="branch")

    assert made.status_code == 201
    assert (made.json()["target"], made.json()["allocation"]["rows"]) == (None, [])
    assert (job["total"], job["skipped"]) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"end_date": "2026-05-31"}, "definition_invalid", "end_before_start"),
        ({"end_date": "9999-12-31"}, "definition_invalid", "date_out_of_range"),
        ({"name": "N" * 100_000}, "definition_invalid", "name_too_long"),
        ({"name": "\u202eeiv"}, "invalid_request", "body.name"),
        ({"name": "sonnette\x07"}, "invalid_request", "body.name"),
    ],
)
async def test_a_duplicate_under_a_wrong_name_or_wrong_days_is_not_made(door, changes, code, named):
    source = await door.create()

    refused = await door.ask("POST", f"/{source['campaign_id']}/duplicate", json=NEXT | changes)

    assert (refused.status_code, code_of(refused)) == (422, code)
    assert named in refused.text
    assert len((await door.ask("GET")).json()["items"]) == 1


async def test_a_duplicate_has_no_start_notice_where_the_source_has_none_and_else_on_its_own_start(door):
    silent = await door.create(notice={"on": False})
    dated = await door.create(notice={"on": True, "date": "2026-03-25"})

    copies = [(await door.ask("POST", f"/{one['campaign_id']}/duplicate", json=NEXT)).json() for one in (silent, dated)]

    assert [one["notice"] for one in copies] == [{"on": False, "date": None}, {"on": True, "date": "2026-06-01"}]
