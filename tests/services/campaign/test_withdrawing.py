"""Targeted clients are withdrawn and changed by jobs; their follow-ups decide."""

import pytest

from services.campaign.store.replicas import PostgresReplicas
from shared.contracts.campaign import ClientsChanged, ClientsTargeted, ClientsWithdrawn
from shared.contracts.followup import JobDecided, RefusedInJob
from shared.rulebook.facts import FactKind
from shared.rulebook.follow_up import Closing
from shared.rulebook.ids import client_id, follow_up_id, user_id
from tests.services.campaign.clients import a_campaign_of, a_fact, do, rows
from tests.services.campaign.conftest import code_of

C1, C2 = client_id("c1"), client_id("c2")


async def test_withdrawn_clients_leave_and_their_follow_ups_are_told(door, heard):
    campaign_id = await a_campaign_of(door, "c1", "c2", "c3")

    job = await do(door, campaign_id, "withdraw", [{"client": "c1"}, {"client_id": C2}])

    assert (job["kind"], job["total"], job["accepted"], job["skipped"]) == ("WITHDRAW", 2, 2, 0)
    told = (await heard(3))[2]
    assert isinstance(told, ClientsWithdrawn)
    assert (set(told.client_ids), told.batch, told.withdrawn_by) == ({C1, C2}, 1, user_id("boss"))
    assert {name: one["state"] for name, one in (await rows(door, campaign_id)).items()} == {
        "c1": "WITHDRAWN",
        "c2": "WITHDRAWN",
        "c3": "OPEN",
    }


async def test_a_withdrawn_client_who_is_targeted_again_comes_back_under_a_new_potential(door, heard):
    campaign_id = await a_campaign_of(door, "c1")
    await do(door, campaign_id, "withdraw", [{"client": "c1"}])

    job = await door.target(campaign_id, [{"client": "c1", "potential": "700", "entry_date": "2026-05-04"}])

    assert (job["targeted"], job["skipped"]) == (1, 0)
    told = (await heard(4))[3]
    assert isinstance(told, ClientsTargeted)
    assert [(one.client_id, one.again) for one in told.clients] == [(C1, True)]
    row = (await rows(door, campaign_id))["c1"]
    assert (row["state"], row["potential"], row["initial_potential"]) == ("WAITING", "700.00", "0.00")


async def test_every_withdrawal_without_effect_is_listed_with_its_reason(door, database):
    campaign_id = await a_campaign_of(door, "c1", "c2", "c5")
    concluded = a_fact(campaign_id, "c2", 2, FactKind.CONCLUDED, closing=Closing.CONCLUDED)
    await PostgresReplicas(database).keep_facts([concluded])

    named = ["c1", "stranger", "c4", "c2", "c1"]
    job = await do(door, campaign_id, "withdraw", [{"client": one} for one in named])
    again = await do(door, campaign_id, "withdraw", [{"client": "c1"}, {"client": "c5"}])

    assert [(one["position"], one["client"], one["reason"]) for one in job["skips"]] == [
        (2, "stranger", "unknown_client"),
        (3, "c4", "not_targeted"),
        (4, "c2", "closed"),
        (5, "c1", "named_twice"),
    ]
    assert again["skipped_by_reason"] == {"already_withdrawn": 1}


async def test_withdrawing_takes_the_right_to_manage_and_reach_over_each_client(door):
    campaign_id = await a_campaign_of(door, "c1", "c4")
    path = f"/{campaign_id}/clients/withdraw"

    advisor = await door.ask("POST", path, by="anne", json={"clients": [{"client": "c1"}]})
    blind = await door.ask("POST", path, by="vera", json={"clients": [{"client": "c1"}]})
    job = await do(door, campaign_id, "withdraw", [{"client": "c1"}, {"client": "c4"}], by="branch")

    assert (advisor.status_code, advisor.json()["data"]) == (403, {"missing": "manage_campaigns"})
    assert blind.status_code == 404
    assert (job["accepted"], job["skipped_by_reason"]) == (1, {"unknown_client": 1})


async def test_the_crm_withdraws_clients_of_any_advisor(door):
    campaign_id = await a_campaign_of(door, "c1", "c4")

    job = await do(door, campaign_id, "withdraw", [{"client": "c1"}, {"client": "c4"}], by="crm")

    assert (job["accepted"], job["skipped"]) == (2, 0)


async def test_in_an_archived_campaign_nobody_is_withdrawn_or_changed_and_in_an_ended_one_they_are(door):
    campaign_id = await a_campaign_of(door, "c1", "c2")
    campaign = await door.show(campaign_id)
    ended = await door.change(campaign, start_date="2026-04-01", end_date="2026-04-19")
    assert ended.status_code == 200

    while_ended = await do(door, campaign_id, "withdraw", [{"client": "c1"}, {"client": "c1"}])
    await door.ask("POST", f"/{campaign_id}/archive")
    refused = [
        await door.ask("POST", f"/{campaign_id}/clients/{what}", json={"clients": [{"client": "c2"} | more]})
        for what, more in (("withdraw", {}), ("change", {"potential": "1"}))
    ]

    assert while_ended["accepted"] == 1
    assert [(one.status_code, code_of(one)) for one in refused] == [(409, "archived"), (409, "archived")]


async def test_potentials_and_entry_dates_go_to_the_follow_ups(door, heard):
    campaign_id = await a_campaign_of(door, "c1")
    await door.target(campaign_id, [{"client": "c2", "entry_date": "2026-05-04"}])

    job = await do(
        door,
        campaign_id,
        "change",
        [
            {"client": "c1", "potential": "12.50"},
            {"client": "c2", "potential": 7, "entry_date": "2026-04-20"},
            {"client": "c1", "potential": "9"},
        ],
    )

    assert (job["kind"], job["accepted"], job["skipped_by_reason"]) == ("CHANGE", 2, {"named_twice": 1})
    told = (await heard(4))[3]
    assert isinstance(told, ClientsChanged)
    assert {(one.client_id, str(one.potential), str(one.entry_date)) for one in told.clients} == {
        (C1, "12.50", "None"),
        (C2, "7.00", "2026-04-20"),
    }


async def test_an_entry_date_moves_only_while_waiting_and_within_the_campaigns_dates(door):
    campaign_id = await a_campaign_of(door, "c1")
    await door.target(campaign_id, [{"client": one, "entry_date": "2026-05-04"} for one in ("c2", "c3", "c4")])

    job = await do(
        door,
        campaign_id,
        "change",
        [
            {"client": "c1", "entry_date": "2026-05-05"},
            {"client": "c2", "entry_date": "2026-06-01"},
            {"client": "c3", "entry_date": "2026-03-31"},
            {"client": "c4", "entry_date": "9999-12-31"},
        ],
    )

    assert [(one["client"], one["reason"]) for one in job["skips"]] == [
        ("c1", "not_waiting"),
        ("c2", "entry_date_out_of_range"),
        ("c3", "entry_date_out_of_range"),
        ("c4", "entry_date_out_of_range"),
    ]


async def test_an_advisor_changes_his_own_clients_only(door):
    campaign_id = await a_campaign_of(door, "c1", "c3")

    changes = [{"client": "c1", "potential": "5"}, {"client": "c3", "potential": "5"}]
    job = await do(door, campaign_id, "change", changes, by="anne")

    assert (job["accepted"], job["skipped_by_reason"]) == (1, {"unknown_client": 1})


async def test_a_job_is_done_once_every_follow_up_has_decided(door):
    campaign_id = await a_campaign_of(door, "c1", "c2")
    job = await do(door, campaign_id, "withdraw", [{"client": "c1"}, {"client": "c2"}])
    path = f"/{campaign_id}/jobs/{job['job_id']}"
    refusal = RefusedInJob(follow_up_id=follow_up_id(campaign_id, C2), client_id=C2, code="closed")

    door.follow_ups.decisions[job["job_id"]] = JobDecided(decided=1, refused=0, by_code={}, refusals=())
    half = (await door.ask("GET", path)).json()
    door.follow_ups.decisions[job["job_id"]] = JobDecided(
        decided=2, refused=1, by_code={"closed": 1}, refusals=(refusal,)
    )
    whole = (await door.ask("GET", path)).json()

    assert (job["state"], job["decided"]) == ("RUNNING", None)
    assert (half["state"], half["decided"]) == ("RUNNING", 1)
    assert (whole["state"], whole["refused"], whole["refused_by_code"]) == ("DONE", 1, {"closed": 1})


async def test_a_call_for_one_client_answers_with_the_job_done(door):
    door.follow_ups.quick = True
    campaign_id = (await door.create())["campaign_id"]
    one = {"clients": [{"client": "c1"}]}

    targeted = await door.ask("POST", f"/{campaign_id}/clients", json=one)
    withdrawn = await door.ask("POST", f"/{campaign_id}/clients/withdraw", json=one)
    skipped = await door.ask("POST", f"/{campaign_id}/clients/withdraw", json=one)

    answers = [(one.status_code, one.json()["state"], one.json()["accepted"]) for one in (targeted, withdrawn, skipped)]
    assert answers == [(200, "DONE", 1), (200, "DONE", 1), (200, "DONE", 0)]
    assert skipped.json()["skipped_by_reason"] == {"already_withdrawn": 1}


@pytest.mark.parametrize(
    ("what", "client", "code"),
    [
        ("withdraw", {}, "client_unclear"),
        ("withdraw", {"client": "c1", "client_id": C1}, "client_unclear"),
        ("withdraw", {"client": "c1", "potential": "1"}, "invalid_request"),
        ("change", {"client": "c1"}, "change_empty"),
        ("change", {"potential": "1"}, "client_unclear"),
        ("change", {"client": "c1", "potential": "-1"}, "invalid_request"),
        ("change", {"client": "c1", "potential": "NaN"}, "invalid_request"),
        ("change", {"client": "c1", "potential": "1e400"}, "invalid_request"),
        ("change", {"client": "c1", "potential": "1.005"}, "invalid_request"),
        ("change", {"client": "c1", "entry_date": None}, "invalid_request"),
        ("change", {"client": "c1", "entry_date": "2026-02-30"}, "invalid_request"),
    ],
)
async def test_a_call_that_is_wrong_in_itself_changes_nobody(door, what, client, code):
    campaign_id = await a_campaign_of(door, "c2")

    refused = await door.ask("POST", f"/{campaign_id}/clients/{what}", json={"clients": [{"client": "c2"}, client]})

    assert (refused.status_code, code_of(refused)) == (422, code)


@pytest.mark.parametrize("what", ["withdraw", "change"])
async def test_more_than_100000_in_one_call_are_refused(door, what):
    campaign_id = await a_campaign_of(door, "c1")
    clients = [{"client": "c1"}] * 100_001

    assert (await door.ask("POST", f"/{campaign_id}/clients/{what}", json={"clients": clients})).status_code == 422
