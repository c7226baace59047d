"""Versions are kept, read, and laid side by side; the allocation has a history of who changed it and when."""

from shared.rulebook.ids import user_id
from tests.services.campaign.conftest import STEPS, code_of


async def allocate(door, campaign, *rows, by="boss"):
    given = [{"advisor_id": user_id(name)} | share for name, share in rows]
    answer = await door.ask("PUT", f"/{campaign['campaign_id']}/allocation", by=by, json={"rows": given})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_one_version_is_read_as_it_was_saved(door):
    created = await door.create(target="1000")
    await door.change(created, name="Nouveau nom")

    old = await door.ask("GET", f"/{created['campaign_id']}/versions/1")
    none = await door.ask("GET", f"/{created['campaign_id']}/versions/3")

    assert old.json()["definition"]["name"] == "Épargne longue"
    assert old.json()["definition"]["target"] == "1000.00"
    assert none.status_code == 404


async def test_two_versions_are_compared_by_fields_steps_and_shares(door):
    created = await door.create(target="1000")
    allocated = await allocate(door, created, ("anne", {"percent": "25"}))
    letter = {"id": "letter", "title": "Courrier", "kind": "TASK"}
    changed = await door.change(
        allocated, target="2000", end_date="2026-06-30", steps=[STEPS[2], letter, STEPS[0] | {"title": "Appel"}]
    )
    path = f"/{created['campaign_id']}/versions"

    there = (await door.ask("GET", f"{path}/1/compare/3")).json()
    back = (await door.ask("GET", f"{path}/3/compare/1")).json()

    assert changed.status_code == 200
    assert (there["before"]["version"], there["after"]["version"]) == (1, 3)
    assert there["after"]["saved_by_name"] == "Boss"
    assert {one["field"]: (one["before"], one["after"]) for one in there["fields"]} == {
        "target": ("1000.00", "2000.00"),
        "end_date": ("2026-05-31", "2026-06-30"),
    }
    assert there["steps_added"] == [{"step_id": "letter", "title": "Courrier"}]
    assert there["steps_removed"] == [{"step_id": "remind", "title": "Relance"}]
    assert [one["step_id"] for one in there["steps_moved"]] in (["meet"], ["call"])
    (edited,) = there["steps_edited"]
    assert (edited["step_id"], edited["title"]) == ("call", "Appel")
    assert edited["changes"] == [{"field": "title", "before": "Premier appel", "after": "Appel"}]
    assert there["shares"] == [
        {
            "advisor_id": user_id("anne"),
            "advisor_name": "Anne",
            "before": None,
            "after": {"amount": "500.00", "percent": "25.00", "percent_entered": "25"},
        }
    ]
    assert (back["steps_added"], back["steps_removed"]) == (there["steps_removed"], there["steps_added"])
    assert back["shares"][0]["after"] is None


async def test_the_allocation_tells_who_changed_it_when_and_from_what_to_what(door):
    created = await door.create(target="1000")
    await allocate(door, created, ("anne", {"percent": "25"}), ("louis", {"amount": "100"}))
    renamed = await door.change(created | {"version": 2}, target="1000", name="Sans effet sur la répartition")
    await door.change(renamed.json(), target="2000")
    await allocate(door, created, ("louis", {"amount": "100"}))

    history = (await door.ask("GET", f"/{created['campaign_id']}/allocation/history")).json()
    first = (await door.ask("GET", f"/{created['campaign_id']}/allocation/history", params={"limit": 1})).json()
    rest = await door.ask(
        "GET", f"/{created['campaign_id']}/allocation/history", params={"limit": 9, "before": first["next"]}
    )

    assert [one["saved"]["version"] for one in history["items"]] == [5, 4, 2, 1]
    assert [one["saved"]["version"] for one in rest.json()["items"]] == [4, 2, 1]
    left, grown, shared, made = history["items"]
    assert (left["saved"]["saved_by_name"], left["saved"]["saved_at"]) == ("Boss", "2026-04-20T08:00:00Z")
    assert (left["unallocated_before"], left["unallocated"]) == ("1400.00", "1900.00")
    assert left["shares"] == [
        {
            "advisor_id": user_id("anne"),
            "advisor_name": "Anne",
            "before": {"amount": "500.00", "percent": "25.00", "percent_entered": "25"},
            "after": None,
        }
    ]
    assert (grown["target_before"], grown["target"]) == ("1000.00", "2000.00")
    assert {one["advisor_name"]: (one["before"]["amount"], one["after"]["amount"]) for one in grown["shares"]} == {
        "Anne": ("250.00", "500.00"),
        "Louis": ("100.00", "100.00"),
    }
    assert {one["advisor_name"]: one["after"]["percent"] for one in shared["shares"]} == {
        "Anne": "25.00",
        "Louis": "10.00",
    }
    assert (made["target_before"], made["target"], made["shares"]) == (None, "1000.00", [])


async def test_a_version_saved_by_the_crm_has_no_name_beside(door):
    created = await door.create(by="crm", owner="branch", key="crm-1", target="10")

    history = (await door.ask("GET", f"/{created['campaign_id']}/allocation/history")).json()

    assert [(one["saved"]["saved_by"], one["saved"]["saved_by_name"]) for one in history["items"]] == [("crm", None)]


async def test_versions_are_for_who_may_change_the_campaign(door):
    created = await door.create(target="1000")
    await allocate(door, created, ("anne", {"percent": "25"}))

    for path in ("versions", "versions/1", "versions/1/compare/2", "allocation/history"):
        advisor = await door.ask("GET", f"/{created['campaign_id']}/{path}", by="anne")
        stranger = await door.ask("GET", f"/{created['campaign_id']}/{path}", by="vera")
        assert (advisor.status_code, code_of(advisor)) == (403, "right_missing")
        assert stranger.status_code == 404
