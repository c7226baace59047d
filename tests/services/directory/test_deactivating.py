"""What the CRM no longer has: absent from lists, still told, and never with something active below it."""

import pytest

from shared.rulebook.ids import client_id, user_id
from tests.services.directory.conftest import NETWORK, PROFILES, a_client, a_user

UNITS = {unit["external_id"]: unit for unit in NETWORK}


def gone(external_id: str) -> dict[str, object]:
    return UNITS[external_id] | {"active": False}


@pytest.fixture
async def peopled(door):
    await door.set_up_network()
    await door.put("users", [a_user("anne"), a_user("bob", unit="arras")])
    await door.put("clients", [a_client("c1"), a_client("c2")])
    return door


def codes(answer) -> list[tuple[str, str]]:
    return [(error["external_id"], error["code"]) for error in answer["errors"]]


async def test_a_client_who_is_no_longer_one_leaves_the_lists_and_is_still_told(heard, peopled):
    answer = await peopled.put("clients", [a_client("c1", active=False)])

    assert answer["upserted"] == 1
    listed = (await peopled.get("clients")).json()["items"]
    assert [one["external_id"] for one in listed] == ["c2"]
    assert len((await peopled.get("clients", inactive=True)).json()["items"]) == 2
    assert (await peopled.get(f"clients/{client_id('c1')}")).json()["active"] is False
    told = (await heard(5 + 2 + 3))["ClientChanged"][-1].data
    assert (told.client_id, told.active, told.revision) == (client_id("c1"), False, 2)


async def test_deactivation_is_said_by_a_column_of_a_file_too(peopled):
    answer = await peopled.http.post(
        "/api/directory/imports/clients",
        content="external_id;name;advisor;active\nc1;C1;anne;non\n",
        headers={"Authorization": "Bearer crm"},
    )

    assert answer.json()["upserted"] == 1
    assert (await peopled.get(f"clients/{client_id('c1')}")).json()["active"] is False


async def test_a_client_of_an_advisor_who_left_is_kept_until_moved(peopled):
    await peopled.put("users", [a_user("anne", active=False)])

    answer = await peopled.put("clients", [a_client("c1", name="Renamed"), a_client("c2", advisor="bob")])

    assert (answer["upserted"], answer["errors"]) == (2, [])
    assert (await peopled.get(f"clients/{client_id('c2')}")).json()["advisor_id"] == user_id("bob")


async def test_a_unit_with_active_users_or_units_stays(peopled):
    answer = await peopled.put("units", [gone("lille"), gone("north"), gone("south")])

    assert codes(answer) == [("lille", "unit_in_use"), ("north", "unit_in_use")]
    assert answer["upserted"] == 1


async def test_a_whole_branch_is_closed_once_its_people_left(peopled):
    await peopled.put("users", [a_user("anne", active=False), a_user("bob", unit="south")])

    answer = await peopled.put("units", [gone("north"), gone("lille"), gone("arras")])

    assert (answer["upserted"], answer["errors"]) == (3, [])
    assert [unit["name"] for unit in (await peopled.get("units")).json()["items"]] == ["Réseau", "Sud"]
    assert len((await peopled.get("units", inactive=True)).json()["items"]) == 5


async def test_nothing_active_comes_below_a_closed_unit(peopled):
    await peopled.put("units", [gone("south")])

    units = await peopled.put("units", [{"external_id": "new", "name": "New", "parent": "south"}])
    users = await peopled.put("users", [a_user("eve", unit="south"), a_user("left", unit="south", active=False)])

    assert codes(units) == [("new", "inactive_parent")]
    assert codes(users) == [("eve", "inactive_unit")]
    assert users["upserted"] == 1


async def test_a_profile_that_active_users_have_stays_in_use(peopled):
    stays = await peopled.put("profiles", [PROFILES[0] | {"active": False}, PROFILES[1] | {"active": False}])
    given = await peopled.put("users", [a_user("eve", profile="manager")])

    assert codes(stays) == [("advisor", "profile_in_use")]
    assert codes(given) == [("eve", "inactive_profile")]


async def test_who_left_comes_back_with_the_same_revision_going_on(peopled, watch):
    await watch("anne", lambda held: held is not None)
    await peopled.put("users", [a_user("anne", active=False)])
    await watch("anne", lambda held: not held.active)

    await peopled.put("users", [a_user("anne")])

    await watch("anne", lambda held: held.active and held.access_level == "OWN")
    assert (await peopled.get(f"users/{user_id('anne')}/rights")).json()["revision"] == 3
