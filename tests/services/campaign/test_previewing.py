"""A change is previewed with the body of the change itself, by whoever may make it."""

from shared.contracts.followup import EffectsOfEdit
from shared.rulebook.ids import user_id
from tests.services.campaign.conftest import PEOPLE, STEPS, a_campaign, code_of

NOTHING = {"blocked": 0, "unblocked": 0, "another_step": 0, "left_alone": 0, "unplanned": 0}


async def test_effects_are_summed_by_unit_over_every_page(door):
    created = await door.create()
    door.follow_ups.effects = [
        EffectsOfEdit(advisor_id=user_id("anne"), blocked=2, unplanned=1),
        EffectsOfEdit(advisor_id=user_id("louis"), blocked=1, left_alone=4),
        EffectsOfEdit(advisor_id=user_id("anne"), unblocked=3),
        EffectsOfEdit(advisor_id=user_id("vera"), another_step=5),
        EffectsOfEdit(advisor_id=user_id("not told yet"), left_alone=1),
    ]

    answer = await door.ask("POST", f"/{created['campaign_id']}/preview", json=a_campaign())

    assert answer.status_code == 200
    told = {one["unit_id"]: one["effects"] for one in answer.json()["units"]}
    assert told == {
        PEOPLE["anne"].unit_id: {"blocked": 3, "unblocked": 3, "another_step": 0, "left_alone": 4, "unplanned": 1},
        PEOPLE["vera"].unit_id: NOTHING | {"another_step": 5},
        None: NOTHING | {"left_alone": 1},
    }
    assert answer.json()["version"] == 1
    assert (await door.show(created["campaign_id"]))["version"] == 1


async def test_an_owner_is_told_only_of_the_own_reach(door):
    created = await door.create(by="branch")
    door.follow_ups.effects = [
        EffectsOfEdit(advisor_id=user_id("anne"), blocked=2),
        EffectsOfEdit(advisor_id=user_id("denis"), blocked=7),
        EffectsOfEdit(advisor_id=user_id("not told yet"), blocked=9),
    ]

    answer = await door.ask("POST", f"/{created['campaign_id']}/preview", by="branch", json=a_campaign())

    assert [one["unit_id"] for one in answer.json()["units"]] == [PEOPLE["anne"].unit_id]
    assert answer.json()["total"] == NOTHING | {"blocked": 2}


async def test_a_removal_that_would_be_refused_is_told(door):
    created = await door.create()
    door.follow_ups.completed = {"remind"}

    answer = await door.ask("POST", f"/{created['campaign_id']}/preview", json=a_campaign(steps=[STEPS[0], STEPS[2]]))

    assert answer.json()["removals"] == [{"step_id": "remind", "title": "Relance", "refused": True}]
    assert answer.json()["refused"] is True
    assert door.follow_ups.reserved == {}


async def test_a_preview_is_refused_as_the_save_would_be(door):
    created = await door.create(target="1000")
    path = f"/{created['campaign_id']}/preview"
    rows = [{"advisor_id": user_id("anne"), "amount": "600"}]
    await door.ask("PUT", f"/{created['campaign_id']}/allocation", json={"rows": rows})

    outdated = await door.ask("POST", path, json=a_campaign(target="1000"), headers={"If-Match": '"1"'})
    wrong = await door.ask("POST", path, json=a_campaign(target="1000", name=""))
    sunk = await door.ask("POST", path, json=a_campaign(target="599.99"))
    reader = await door.ask("POST", path, by="reader", json=a_campaign())
    stranger = await door.ask("POST", path, by="south", json=a_campaign())
    unknown = await door.ask("POST", "/5f0c3a52-94c5-5a39-8f0e-0d6a2f6f7c11/preview", json=a_campaign())

    assert (outdated.status_code, code_of(outdated)) == (412, "version_changed")
    assert (wrong.status_code, code_of(wrong)) == (422, "definition_invalid")
    assert (sunk.status_code, code_of(sunk)) == (409, "target_below_allocated")
    assert (reader.status_code, reader.json()["data"]) == (403, {"missing": "manage_campaigns"})
    assert stranger.status_code == 404
    assert unknown.status_code == 404
