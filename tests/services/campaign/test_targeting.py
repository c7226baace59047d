"""Clients are targeted by jobs: each exactly once, whoever dies in between, with a reason for every one skipped."""

import pytest
from sqlalchemy import Engine, event

from services.campaign.store.replicas import PostgresReplicas
from shared.contracts.followup import TargetingCount
from shared.rulebook.ids import client_id, user_id
from tests.services.campaign.clients import do
from tests.services.campaign.conftest import a_client_changed, code_of


async def test_clients_are_targeted_by_our_id_or_by_the_crms(door, heard):
    campaign = await door.create()

    job = await door.target(
        campaign["campaign_id"],
        [
            {"client": "c1", "potential": "1500.50", "entry_date": "2026-05-04"},
            {"client_id": client_id("c4")},
        ],
    )

    assert (job["total"], job["targeted"], job["skipped"]) == (2, 2, 0)
    (_, told) = await heard(2)
    assert told.batch == 1
    assert told.targeted_by == user_id("boss")
    assert {(one.client_id, one.advisor_id, str(one.potential), str(one.entry_date)) for one in told.clients} == {
        (client_id("c1"), user_id("anne"), "1500.50", "2026-05-04"),
        (client_id("c4"), user_id("denis"), "0.00", "2026-04-20"),
    }


async def test_an_upcoming_campaign_is_entered_on_its_first_day(door):
    campaign = await door.create(start_date="2026-05-04")

    await door.target(campaign["campaign_id"], [{"client": "c1"}])

    clients = (await door.ask("GET", f"/{campaign['campaign_id']}/clients")).json()["items"]
    assert [one["entry_date"] for one in clients] == ["2026-05-04"]


async def test_every_item_that_targets_nobody_is_listed_with_its_reason(door):
    campaign = await door.create()
    await door.target(campaign["campaign_id"], [{"client": "c1"}])

    job = await door.target(
        campaign["campaign_id"],
        [
            {"client": "c1"},
            {"client": "stranger"},
            {"client": "c2", "entry_date": "2026-06-01"},
            {"client": "c4"},
            {"client": "c5"},
            {"client_id": client_id("c5")},
        ],
        by="boss",
    )

    assert (job["total"], job["targeted"], job["skipped"]) == (6, 2, 4)
    assert [(one["position"], one["client"], one["reason"]) for one in job["skips"]] == [
        (1, "c1", "already_targeted"),
        (2, "stranger", "unknown_client"),
        (3, "c2", "entry_date_out_of_range"),
        (6, client_id("c5"), "already_targeted"),
    ]
    assert job["skipped_by_reason"] == {"already_targeted": 2, "unknown_client": 1, "entry_date_out_of_range": 1}


async def test_clients_out_of_reach_are_skipped(door):
    campaign = await door.create(by="branch")

    job = await door.target(campaign["campaign_id"], [{"client": "c1"}, {"client": "c4"}], by="branch")

    assert [(one["client"], one["reason"]) for one in job["skips"]] == [("c4", "unknown_client")]


async def test_an_advisor_targets_only_where_he_takes_part(door):
    campaign = await door.create(target="100")
    path = f"/{campaign['campaign_id']}/clients"
    stranger = await door.ask("POST", path, by="anne", json={"clients": [{"client": "c1"}]})
    rows = {"rows": [{"advisor_id": user_id("anne"), "amount": "1"}, {"advisor_id": user_id("louis"), "amount": "1"}]}
    await door.ask("PUT", f"/{campaign['campaign_id']}/allocation", json=rows)

    job = await door.target(campaign["campaign_id"], [{"client": "c1"}, {"client": "c3"}], by="anne")
    all_see_none_take_part = await door.ask("POST", path, by="reader", json={"clients": [{"client": "c1"}]})

    assert stranger.status_code == 404
    assert (job["targeted"], job["skipped_by_reason"]) == (1, {"unknown_client": 1})
    assert all_see_none_take_part.json()["data"] == {"missing": "manage_campaigns"}


async def test_an_ended_and_an_archived_campaign_take_no_new_client(door):
    campaign = await door.create(end_date="2026-04-19")
    path = f"/{campaign['campaign_id']}/clients"

    ended = await door.ask("POST", path, json={"clients": [{"client": "c1"}]})
    await door.ask("POST", f"/{campaign['campaign_id']}/archive")
    archived = await door.ask("POST", path, json={"clients": [{"client": "c1"}]})

    assert (ended.status_code, code_of(ended)) == (409, "campaign_ended")
    assert (archived.status_code, code_of(archived)) == (409, "archived")


async def test_the_same_call_under_the_same_key_is_the_same_job(door, heard):
    campaign = await door.create()
    first = await door.target(campaign["campaign_id"], [{"client": "c1"}], key="day-1")

    again = await door.target(campaign["campaign_id"], [{"client": "c1"}], key="day-1")
    other = await door.ask(
        "POST", f"/{campaign['campaign_id']}/clients", json={"key": "day-1", "clients": [{"client": "c2"}]}
    )

    assert again["job_id"] == first["job_id"]
    assert again["targeted"] == 1
    assert (other.status_code, code_of(other)) == (409, "key_taken")
    await heard(2)


async def test_a_call_of_many_clients_is_kept_by_as_few_statements_as_a_call_of_two(door, request):
    campaign = await door.create()
    sent = []

    def note(*call):
        sent.extend(table for table in ("targeting_jobs", "targeting_chunks") if f"insert into {table}" in call[2])

    event.listen(Engine, "before_cursor_execute", note)
    request.addfinalizer(lambda: event.remove(Engine, "before_cursor_execute", note))

    few = await door.target(campaign["campaign_id"], [{"client": "c1"}, {"client": "c2"}])
    many = await door.target(campaign["campaign_id"], [{"client": "c1"}] * 1_001)

    assert (few["targeted"], many["total"], many["skipped_by_reason"]) == (2, 1_001, {"already_targeted": 1_001})
    assert sent == ["targeting_jobs", "targeting_chunks"] * 2


async def test_an_erased_client_is_unknown(door, database):
    await PostgresReplicas(database).keep_clients([a_client_changed("c1", "anne", revision=2, erased=True)])
    campaign = await door.create()

    job = await door.target(campaign["campaign_id"], [{"client": "c1"}])

    assert job["skipped_by_reason"] == {"unknown_client": 1}


async def test_a_client_who_is_no_longer_one_is_not_targeted_and_what_was_begun_can_still_be_withdrawn(door, database):
    begun = await door.create()
    await door.target(begun["campaign_id"], [{"client": "c1"}])
    await PostgresReplicas(database).keep_clients([a_client_changed("c1", "anne", revision=2, active=False)])
    campaign = await door.create()

    job = await door.target(campaign["campaign_id"], [{"client": "c1"}])
    withdrawn = await do(door, begun["campaign_id"], "withdraw", [{"client": "c1"}])

    assert job["skipped_by_reason"] == {"inactive_client": 1}
    assert withdrawn["accepted"] == 1


async def test_a_job_is_done_when_every_follow_up_of_it_has_started(door):
    campaign = await door.create()
    asked = await door.target(campaign["campaign_id"], [{"client": "c1"}, {"client": "c2"}])
    path = f"/{campaign['campaign_id']}/jobs/{asked['job_id']}"

    door.follow_ups.counts[asked["job_id"]] = TargetingCount(received=2, started=1, already_targeted=0)
    half = (await door.ask("GET", path)).json()
    door.follow_ups.counts[asked["job_id"]] = TargetingCount(received=2, started=2, already_targeted=0)
    whole = (await door.ask("GET", path)).json()

    assert (asked["state"], asked["received"], asked["started"]) == ("RUNNING", None, None)
    assert (half["state"], half["received"], half["started"]) == ("RUNNING", 2, 1)
    assert (whole["state"], whole["started"]) == ("DONE", 2)


async def test_a_job_is_shown_to_who_asked_for_it_and_to_who_may_change_the_campaign(door):
    campaign = await door.create(by="branch")
    job = await door.target(campaign["campaign_id"], [{"client": "c1"}], by="branch")
    path = f"/{campaign['campaign_id']}/jobs/{job['job_id']}"

    assert (await door.ask("GET", path, by="boss")).status_code == 200
    assert (await door.ask("GET", path, by="anne")).status_code == 404
    assert (await door.ask("GET", f"/{campaign['campaign_id']}/jobs/{campaign['campaign_id']}")).status_code == 404


@pytest.mark.parametrize(
    ("client", "code"),
    [
        ({}, "client_unclear"),
        ({"client": "c1", "client_id": client_id("c1")}, "client_unclear"),
        ({"client": "c1", "potential": "-1"}, "invalid_request"),
        ({"client": "c1", "potential": "NaN"}, "invalid_request"),
        ({"client": "c1", "potential": "1e400"}, "invalid_request"),
        ({"client": "c1", "potential": "1.005"}, "invalid_request"),
        ({"client": "c1", "potential": 1.005}, "invalid_request"),
        ({"client": "c1", "potential": None}, "invalid_request"),
        ({"client": "c1", "entry_date": "2026-02-30"}, "invalid_request"),
        ({"client": "c\u202e1"}, "invalid_request"),
        ({"client": "c1\x00"}, "invalid_request"),
        ({"client": "c1", "more": 1}, "invalid_request"),
        ({"client_id": "c1"}, "invalid_request"),
    ],
)
async def test_a_call_that_is_wrong_in_itself_targets_nobody(door, client, code):
    campaign = await door.create()

    refused = await door.ask(
        "POST", f"/{campaign['campaign_id']}/clients", json={"clients": [{"client": "c2"}, client]}
    )

    assert (refused.status_code, code_of(refused)) == (422, code)


async def test_an_amount_may_also_be_a_number_and_a_year_far_away_is_out_of_range(door):
    campaign = await door.create()

    job = await door.target(
        campaign["campaign_id"],
        [{"client": "c1", "potential": 1500.5}, {"client": "c2", "entry_date": "9999-12-31"}],
    )

    clients = (await door.ask("GET", f"/{campaign['campaign_id']}/clients")).json()["items"]
    assert [one["potential"] for one in clients] == ["1500.50"]
    assert job["skipped_by_reason"] == {"entry_date_out_of_range": 1}


async def test_more_clients_than_one_call_may_name_are_refused(door):
    campaign = await door.create()
    clients = [{"client": "c1"}] * 100_001

    refused = await door.ask("POST", f"/{campaign['campaign_id']}/clients", json={"clients": clients})

    assert refused.status_code == 422
