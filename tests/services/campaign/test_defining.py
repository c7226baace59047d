"""Campaigns are created, changed, shared out, archived, deleted and duplicated, by API on real PostgreSQL and NATS."""

import asyncio

import pytest

from shared.rulebook.ids import campaign_id, user_id
from tests.services.campaign.conftest import STEPS, a_campaign, code_of


async def test_a_created_campaign_is_shown_whole_and_told_to_everybody(door, heard):
    created = await door.create(key="av-2026", target="400000", notice={"on": True, "date": "2026-03-25"})

    shown = await door.show(created["campaign_id"])
    assert created["campaign_id"] == campaign_id("av-2026")
    assert created["version"] == 1
    assert created["held"] is True
    assert door.follow_ups.held == {created["campaign_id"]: 1}
    assert shown["status"] == "RUNNING"
    assert shown["target"] == "400000.00"
    assert shown["owner_id"] == user_id("boss")
    assert shown["owner_name"] == "Boss"
    assert shown["notice"] == {"on": True, "date": "2026-03-25"}
    assert [step["id"] for step in shown["steps"]] == ["call", "remind", "meet"]
    (told,) = await heard(1)
    assert told.campaign_key == "av-2026"
    assert told.version == 1
    assert told.sales_step == "meet"
    assert told.steps[0].checklist[0].mandatory is True


async def test_the_same_call_under_the_same_key_creates_nothing_twice(door, heard):
    first = await door.ask("POST", json=a_campaign(key="av-2026"))

    again = await door.ask("POST", json=a_campaign(key="av-2026"))

    assert first.status_code == 201
    assert again.status_code == 200
    assert again.json()["campaign_id"] == first.json()["campaign_id"]
    assert again.json()["version"] == 1
    await heard(1)


async def test_the_same_call_twice_at_once_creates_one_campaign(door, heard):
    answers = await asyncio.gather(*(door.ask("POST", json=a_campaign(key="av-2026")) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    await heard(1)


async def test_another_campaign_under_a_taken_key_is_refused_by_name(door):
    await door.create(key="av-2026")

    other = await door.ask("POST", json=a_campaign(key="av-2026", name="Autre"))

    assert other.status_code == 409
    assert code_of(other) == "key_taken"
    assert other.json()["data"] == {"key": "av-2026"}


async def test_the_only_step_is_the_sales_step_and_ids_are_given_where_absent(door):
    created = await door.create(steps=[{"title": "Appel", "kind": "REMINDER"}], sales_step=None)

    (step,) = created["steps"]
    assert created["sales_step"] == step["id"]
    assert len(step["id"]) == 12


async def test_the_crm_creates_for_an_owner_it_names_by_its_own_id(door):
    created = await door.create(by="crm", owner="branch", key="crm-1")
    without = await door.ask("POST", by="crm", json=a_campaign())
    unknown = await door.ask("POST", by="crm", json=a_campaign(owner="stranger"))

    assert created["owner_id"] == user_id("branch")
    assert created["creator_id"] == "crm"
    assert (without.status_code, code_of(without)) == (422, "owner_missing")
    assert (unknown.status_code, code_of(unknown)) == (422, "owner_unknown")


async def test_an_owner_must_hold_the_right_to_manage(door):
    refused = await door.ask("POST", json=a_campaign(owner_id=user_id("anne")))

    assert (refused.status_code, code_of(refused)) == (409, "owner_lacks_right")


async def test_who_may_not_manage_creates_nothing_and_hears_which_right_is_missing(door):
    refused = await door.ask("POST", by="anne", json=a_campaign())

    assert refused.status_code == 403
    assert refused.json()["data"] == {"missing": "manage_campaigns"}


async def test_a_change_is_the_next_version_and_the_old_one_is_kept(door, heard):
    created = await door.create(target="1000")

    changed = await door.change(created, name="Nouveau nom", target="2000")

    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    assert door.follow_ups.held[created["campaign_id"]] == 2
    versions = (await door.ask("GET", f"/{created['campaign_id']}/versions")).json()["items"]
    assert [(one["version"], one["definition"]["name"], one["definition"]["target"]) for one in versions] == [
        (2, "Nouveau nom", "2000.00"),
        (1, "Assurance vie", "1000.00"),
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


async def test_a_save_stands_when_the_follow_up_service_does_not_hold_it(door, heard):
    door.follow_ups.deaf = True

    created = await door.create()

    assert created["held"] is False
    await heard(1)


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


async def test_only_an_ended_campaign_is_archived_and_it_comes_back_ended(door):
    running = await door.create()
    ended = await door.create(end_date="2026-04-19")

    refused = await door.ask("POST", f"/{running['campaign_id']}/archive")
    archived = await door.ask("POST", f"/{ended['campaign_id']}/archive")
    edited = await door.change(archived.json(), end_date="2026-04-19")
    back = await door.ask("POST", f"/{ended['campaign_id']}/unarchive")

    assert (refused.status_code, code_of(refused)) == (409, "campaign_not_ended")
    assert archived.json()["status"] == "ARCHIVED"
    assert (edited.status_code, code_of(edited)) == (409, "archived")
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


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"end_date": "2026-03-31"}, "end_before_start"),
        ({"steps": []}, "steps_missing"),
        ({"sales_step": "of-another-campaign"}, "sales_step_unknown"),
        ({"sales_step": None}, "sales_step_missing"),
        ({"steps": [STEPS[2], STEPS[2]]}, "step_id_twice"),
        ({"steps": [{"title": "Appel", "kind": "REMINDER"}] * 10_000}, "too_many_steps"),
        ({"end_date": "9999-12-31"}, "date_out_of_range"),
        ({"name": " "}, "name_missing"),
        ({"name": "N" * 1_000_000}, "name_too_long"),
    ],
)
async def test_a_definition_that_breaks_a_rule_is_refused_by_name(door, changes, code):
    refused = await door.ask("POST", json=a_campaign(**changes))

    assert (refused.status_code, code_of(refused)) == (422, "definition_invalid")
    assert code in [problem["code"] for problem in refused.json()["data"]["problems"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"target": "-1"},
        {"target": "NaN"},
        {"target": "1e400"},
        {"target": "Infinity"},
        {"target": "10.005"},
        {"name": "sonnette\x07"},
        {"name": "ligne\nautre"},
        {"name": "\u202eeiv ecnarussa"},
        {"name": "nul\x00"},
        {"note": "nul\x00"},
        {"name": None},
        {"start_date": "2026-02-30"},
        {"start_date": "99999-01-01"},
        {"steps": [{"title": "Appel", "kind": "VISIT"}]},
        {"steps": [{"id": "a b", "title": "Appel", "kind": "TASK"}]},
        {"steps": "all"},
        {"owner_id": "boss"},
        {"unknown": 1},
        {"key": "with space"},
    ],
)
async def test_values_that_cannot_be_are_422_and_never_500(door, changes):
    refused = await door.ask("POST", json=a_campaign(**changes))

    assert (refused.status_code, code_of(refused)) == (422, "invalid_request")


async def test_a_number_beyond_all_numbers_is_refused(door):
    body = b'{"name":"A","start_date":"2026-04-01","end_date":"2026-05-01","steps":[],"target":1e400}'

    refused = await door.ask("POST", content=body, headers={"Content-Type": "application/json"})

    assert refused.status_code == 422
