"""The CRM's bulk upserts, over HTTP, on real PostgreSQL."""

import asyncio

import pytest

from shared.rulebook.access import AccessLevel
from shared.rulebook.ids import client_id, unit_id, user_id
from tests.services.directory.conftest import NETWORK, PROFILES, a_client, a_user
from tests.support.fakes_directory import a_principal


async def test_a_second_put_of_the_same_rows_changes_nothing(door):
    first = await door.put("units", NETWORK)
    second = await door.put("units", NETWORK)

    assert first == {"upserted": 5, "unchanged": 0, "errors": []}
    assert second == {"upserted": 0, "unchanged": 5, "errors": []}


async def test_good_rows_are_kept_beside_bad_ones(door):
    await door.set_up_network()

    answer = await door.put("users", [a_user("anne"), a_user("bob", unit="nowhere"), a_user("eve", profile="none"), 7])

    assert (answer["upserted"], answer["unchanged"]) == (1, 0)
    assert [(error["row"], error["external_id"], error["code"]) for error in answer["errors"]] == [
        (1, "bob", "unknown_unit"),
        (2, "eve", "unknown_profile"),
        (3, None, "invalid"),
    ]


async def test_an_external_id_counts_once_per_call(door):
    answer = await door.put("units", [{"external_id": "a", "name": "One"}, {"external_id": "a", "name": "Two"}])

    assert answer["upserted"] == 1
    assert [(error["row"], error["code"]) for error in answer["errors"]] == [(1, "duplicate_in_call")]
    assert (await door.get("units")).json()["items"][0]["name"] == "One"


async def test_a_client_needs_a_known_advisor(door):
    await door.set_up_network()
    await door.put("users", [a_user("anne")])

    answer = await door.put("clients", [a_client("c1"), a_client("c2", advisor="ghost")])

    assert answer["upserted"] == 1
    assert answer["errors"][0]["code"] == "unknown_advisor"


@pytest.mark.parametrize(
    ("what", "item", "code"),
    [
        ("users", {"external_id": "eve", "name": "Eve", "profile": "advisor"}, "field_missing"),
        ("users", {"external_id": "eve", "name": "Eve", "unit": None, "profile": "advisor"}, "invalid"),
        ("clients", {"external_id": "c2", "name": "C2"}, "field_missing"),
        ("clients", {"external_id": "c2", "name": "C2", "advisor": ""}, "invalid"),
        ("units", {"external_id": "network", "name": "Réseau", "parent": "lille"}, "unit_cycle"),
        ("units", {"external_id": "x", "name": "X", "parent": "x"}, "unit_cycle"),
        ("accounts", {"external_id": "a1", "label": "A1"}, "field_missing"),
        ("transactions", {"external_id": "t1", "label": "T1", "account": "a1", "amount": "1"}, "field_missing"),
    ],
)
async def test_what_lacks_its_place_is_refused_by_name(door, what, item, code):
    await door.set_up_network()
    await door.put("users", [a_user("anne")])

    answer = await door.put(what, [item])

    assert (answer["upserted"], [error["code"] for error in answer["errors"]]) == (0, [code])


NAMED = {
    "units": {},
    "profiles": {},
    "users": {"unit": "lille", "profile": "advisor"},
    "clients": {"advisor": "anne"},
    "accounts": {"client": "c1"},
    "transactions": {"account": "a1", "booked_on": "2026-03-31", "amount": "1.00"},
}


@pytest.mark.parametrize("what", NAMED)
async def test_a_name_that_cannot_be_shown_is_refused_and_one_that_turns_the_reading_loses_its_marks(
    door, database, what
):
    await door.set_up_network()
    await door.put("users", [a_user("anne")])
    await door.put("clients", [a_client("c1")])
    await door.put("accounts", [{"external_id": "a1", "client": "c1", "label": "A1"}])
    field = "label" if what in {"accounts", "transactions"} else "name"
    names = ("sonnette\x07", "nul\0", "une\u2028autre", "N" * 1_000_000, "\u202eMar\u200ftin\u2069")

    answer = await door.put(
        what, [NAMED[what] | {"external_id": f"n{at}", field: name} for at, name in enumerate(names)]
    )

    assert (answer["upserted"], [(error["row"], error["code"]) for error in answer["errors"]]) == (
        1,
        [(0, "control_characters"), (1, "control_characters"), (2, "control_characters"), (3, "too_long")],
    )
    async with database.reading() as connection:
        kept = await connection.exec_driver_sql(f"select {field} from {what} where external_id = 'n4'")  # noqa: S608
        assert kept.scalar_one() == "Martin"


async def test_changing_one_field_publishes_one_event_with_the_next_revision(door, heard):
    await door.set_up_network()
    await door.put("users", [a_user("anne")])
    await door.put("clients", [a_client("c1", attributes={"age": 43}), a_client("c2")])
    await door.put("clients", [a_client("c1", attributes={"age": 44}), a_client("c2")])

    told = await heard(5 + 1 + 3)

    revisions = [(event.data.client_id, event.data.revision) for event in told["ClientChanged"]]
    assert revisions == [(client_id("c1"), 1), (client_id("c2"), 1), (client_id("c1"), 2)]


async def test_a_unit_that_moves_has_all_users_below_told_again(door, heard):
    await door.set_up_network()
    await door.put("users", [a_user("anne", unit="lille"), a_user("max", unit="south")])
    await door.put("units", [{"external_id": "north", "name": "Nord", "parent": "south"}])

    told = await heard(5 + 2 + 3 + 1)

    moved = told["UserChanged"][-1].data
    assert moved.user_id == user_id("anne")
    assert moved.unit_path == tuple(map(unit_id, ("network", "south", "north", "lille")))
    assert moved.revision == 2
    assert [unit.data.external_id for unit in told["UnitChanged"][5:]] == ["north", "lille", "arras"]


async def test_a_renamed_unit_is_told_alone(door, heard):
    await door.set_up_network()
    await door.put("users", [a_user("anne")])
    await door.put("units", [{"external_id": "lille", "name": "Lille Centre", "parent": "north"}])

    told = await heard(5 + 1 + 1)

    assert len(told["UserChanged"]) == 1
    assert told["UnitChanged"][-1].data.name == "Lille Centre"


async def test_only_the_crm_or_an_administrator_may_put(door):
    door.people["boss"] = a_principal("boss", AccessLevel.ALL, manage_campaigns=True)
    door.people["admin"] = a_principal("admin", administrator=True)

    refused = await door.http.put(
        "/api/directory/units", json={"items": NETWORK}, headers={"Authorization": "Bearer boss"}
    )
    accepted = await door.put("units", NETWORK, by="admin")

    assert (refused.status_code, refused.json()["data"]) == (403, {"missing": "administrator"})
    assert accepted["upserted"] == 5


async def test_a_call_holds_ten_thousand_items_and_not_one_more(door):
    many = [{"external_id": f"u{number}", "name": "x"} for number in range(10_001)]

    refused = await door.http.put("/api/directory/units", json={"items": many}, headers={"Authorization": "Bearer crm"})

    assert refused.status_code == 422
    assert refused.json()["data"]["errors"][0]["field"] == "body.items"


async def test_a_body_that_is_no_list_of_items_is_refused(door):
    for body in ("[]", '{"items": {}}', '{"items": [], "more": 1}', "nothing", '{"items": "\\ud800"}'):
        refused = await door.http.put(
            "/api/directory/clients",
            content=body,
            headers={"Authorization": "Bearer crm", "Content-Type": "application/json"},
        )
        assert refused.status_code == 422, body


async def test_ten_thousand_clients_are_kept_in_one_call(door):
    await door.set_up_network()
    await door.put("users", [a_user(f"advisor{number}") for number in range(60)])
    attributes = {"age": 43, "segment": "gold", "assets": 12_000.5, "job": "technician"}
    items = [a_client(f"c{number}", f"advisor{number % 60}", attributes=attributes) for number in range(10_000)]

    answer = await door.put("clients", items)

    assert answer["upserted"] == 10_000
    assert (await door.put("clients", items))["unchanged"] == 10_000


async def test_two_calls_at_once_wait_for_each_other(door):
    await asyncio.gather(
        *(door.put("units", NETWORK) for _ in range(4)), *(door.put("profiles", PROFILES) for _ in range(4))
    )

    assert len((await door.get("units")).json()["items"]) == 5
