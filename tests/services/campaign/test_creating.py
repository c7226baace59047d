"""Campaigns are created once per key, by people and by the CRM, on real PostgreSQL and NATS."""

import asyncio

from shared.rulebook.ids import campaign_id, user_id
from tests.services.campaign.conftest import a_campaign, code_of


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


async def test_a_save_stands_when_the_follow_up_service_does_not_hold_it(door, heard):
    door.follow_ups.deaf = True

    created = await door.create()

    assert created["held"] is False
    await heard(1)
