"""Campaigns are changed and shared out, each change a version that nobody overwrites unseen."""

import asyncio

import pytest

from shared.rulebook.ids import user_id
from tests.services.campaign.conftest import STEPS, a_campaign, code_of


async def test_a_change_is_the_next_version_and_the_old_one_is_kept(door, heard):
    created = await door.create(target="1000")

    changed = await door.change(created, name="Nouveau nom", target="2000")

    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    assert door.follow_ups.held[created["campaign_id"]] == 2
    versions = (await door.ask("GET", f"/{created['campaign_id']}/versions")).json()["items"]
    assert [(one["version"], one["definition"]["name"], one["definition"]["target"]) for one in versions] == [
        (2, "Nouveau nom", "2000.00"),
        (1, "Épargne longue", "1000.00"),
    ]
    assert versions[0]["saved_by"] == user_id("boss")
    assert [told.version for told in await heard(2)] == [1, 2]


async def test_a_change_must_say_which_version_it_changes(door):
    created = await door.create()

    without = await door.ask("PUT", f"/{created['campaign_id']}", json=a_campaign())
    outdated = await door.change(created | {"version": 7})
    nonsense = await door.ask(
        "PUT",
        f"/{created['campaign_id']}",
        json=a_campaign(),
        headers={"If-Match": "an old one"},
    )

    assert (without.status_code, code_of(without)) == (428, "if_match_missing")
    assert (outdated.status_code, code_of(outdated)) == (412, "version_changed")
    assert outdated.json()["data"]["present"] == 1
    assert nonsense.status_code == 412


async def test_of_two_managers_saving_at_once_one_wins_and_the_other_is_told(door):
    created = await door.create()

    answers = await asyncio.gather(
        door.change(created, name="De la directrice"), door.change(created, by="boss", name="Du directeur")
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert (await door.show(created["campaign_id"]))["version"] == 2


async def test_a_step_is_reserved_before_it_is_removed(door):
    created = await door.create()

    changed = await door.change(created, steps=[STEPS[0], STEPS[2]])

    assert changed.status_code == 200
    assert [step["id"] for step in changed.json()["steps"]] == ["call", "meet"]
    assert door.follow_ups.reserved == {}


async def test_a_step_completed_for_some_client_stays_and_its_reservation_is_released(door):
    created = await door.create()
    door.follow_ups.completed = {"remind"}

    refused = await door.change(created, steps=[STEPS[0], STEPS[2]])

    assert (refused.status_code, code_of(refused)) == (409, "step_completed_somewhere")
    assert refused.json()["data"] == {"steps": ["remind"]}
    assert door.follow_ups.reserved == {created["campaign_id"]: set()}
    assert (await door.show(created["campaign_id"]))["version"] == 1


async def test_the_sales_step_cannot_go_before_another_is_chosen(door):
    created = await door.create()

    refused = await door.change(created, steps=STEPS[:2])

    assert refused.status_code == 422
    assert refused.json()["data"]["problems"] == [{"code": "sales_step_unknown", "field": "sales_step", "step": "meet"}]


async def test_a_mandatory_step_put_behind_is_due_from_all_or_only_from_those_not_yet_past(door):
    created = await door.create()
    first = {"id": "letter", "title": "Courrier", "kind": "TASK"}

    from_all = (await door.change(created, steps=[first, *STEPS])).json()
    not_past = await door.change(
        from_all, steps=[{"id": "visit", "title": "Visite", "kind": "TASK", "due_from": "not_yet_past"}, first, *STEPS]
    )

    steps = {step["id"]: step["exemptions"] for step in not_past.json()["steps"]}
    assert steps["letter"] == []
    assert steps["visit"][0]["version"] == 3
    assert sorted(steps["visit"][0]["after"]) == ["call", "letter", "meet", "remind"]


async def test_the_id_of_a_removed_step_is_not_used_again(door):
    created = await door.create()
    removed = (await door.change(created, steps=[STEPS[0], STEPS[2]])).json()

    again = await door.change(removed)
    preview = await door.ask("POST", f"/{created['campaign_id']}/preview", json=a_campaign())

    assert (again.status_code, code_of(again)) == (409, "step_id_used_before")
    assert again.json()["data"] == {"steps": ["remind"]}
    assert code_of(preview) == "step_id_used_before"


async def test_the_target_is_shared_out_to_the_cent(door, heard):
    created = await door.create(target="100")
    rows = [{"advisor_id": user_id(name), "percent": "33.3333333333"} for name in ("anne", "louis", "denis")]

    answer = await door.ask("PUT", f"/{created['campaign_id']}/allocation", json={"rows": rows})

    assert answer.status_code == 200
    allocation = answer.json()["allocation"]
    assert [row["amount"] for row in allocation["rows"]] == ["33.34", "33.33", "33.33"]
    assert (allocation["allocated"], allocation["unallocated"]) == ("100.00", "0.00")
    assert [str(share.amount) for share in (await heard(2))[1].shares] == ["33.34", "33.33", "33.33"]


async def test_percentages_stay_percentages_when_the_target_changes(door):
    created = await door.create(target="1000")
    rows = [{"advisor_id": user_id("anne"), "percent": "25"}, {"advisor_id": user_id("louis"), "amount": "100"}]
    await door.ask("PUT", f"/{created['campaign_id']}/allocation", json={"rows": rows})

    changed = await door.change(created | {"version": 2}, target="2000")

    rows = changed.json()["allocation"]["rows"]
    assert [(row["percent"], row["amount"]) for row in rows] == [("25", "500.00"), (None, "100.00")]
    assert changed.json()["allocation"]["unallocated"] == "1400.00"


async def test_taking_a_share_away_returns_it_and_warns_while_follow_ups_are_open(door):
    created = await door.create(target="1000")
    await door.target(created["campaign_id"], [{"client": "c1"}, {"client": "c2"}, {"client": "c5"}])
    path = f"/{created['campaign_id']}/allocation"
    rows = [{"advisor_id": user_id(name), "amount": "100"} for name in ("anne", "louis", "vera")]

    given = await door.ask("PUT", path, json={"rows": rows})
    removed = await door.ask("PUT", path, json={"rows": rows[2:]})
    all_gone = await door.ask("PUT", path, json={"rows": []})

    assert given.json()["warnings"] == []
    assert removed.json()["allocation"]["unallocated"] == "900.00"
    assert removed.json()["warnings"] == [
        {"code": "advisor_has_open_follow_ups", "advisor_id": user_id("anne"), "open_follow_ups": 2}
    ]
    assert [one["advisor_id"] for one in all_gone.json()["warnings"]] == [user_id("vera")]
    assert all_gone.json()["allocation"]["unallocated"] == "1000.00"


@pytest.mark.parametrize(
    ("rows", "status", "code"),
    [
        (
            [{"advisor_id": "anne", "percent": "60"}, {"advisor_id": "louis", "percent": "40.01"}],
            422,
            "percent_over_100",
        ),
        ([{"advisor_id": "anne", "amount": "1000.01"}], 409, "over_target"),
        ([{"advisor_id": "anne", "amount": "10", "percent": "1"}], 422, "share_unclear"),
        ([{"advisor_id": "anne", "amount": "1"}, {"advisor_id": "anne", "amount": "1"}], 422, "advisor_twice"),
        ([{"advisor_id": "anne", "percent": "-1"}], 422, "share_negative"),
        ([{"advisor_id": "anne", "amount": "-1"}], 422, "invalid_request"),
        ([{"advisor_id": "anne", "percent": "NaN"}], 422, "invalid_request"),
        ([{"advisor_id": "anne", "amount": "0.001"}], 422, "invalid_request"),
        ([{"advisor_id": "stranger", "amount": "1"}], 422, "advisor_unknown"),
        ([{"advisor_id": "anne", "advisor": "anne", "amount": "1"}], 422, "advisor_unclear"),
    ],
)
async def test_an_allocation_that_breaks_a_rule_is_refused_by_name(door, rows, status, code):
    created = await door.create(target="1000")
    named = [row | {"advisor_id": user_id(row["advisor_id"])} for row in rows]

    refused = await door.ask("PUT", f"/{created['campaign_id']}/allocation", json={"rows": named})

    assert (refused.status_code, code_of(refused)) == (status, code)


async def test_the_target_cannot_sink_below_what_is_allocated(door):
    created = await door.create(target="1000")
    rows = [{"advisor_id": user_id("anne"), "amount": "600"}]
    await door.ask("PUT", f"/{created['campaign_id']}/allocation", json={"rows": rows})

    refused = await door.change(created | {"version": 2}, target="599.99")

    assert (refused.status_code, code_of(refused)) == (409, "target_below_allocated")
