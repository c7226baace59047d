"""What people see: within their reach, in French order, a page at a time."""

import base64
import json
from itertools import product

import pytest

from shared.rulebook.access import AccessLevel, in_reach
from shared.rulebook.ids import client_id, unit_id, user_id
from tests.services.directory.conftest import a_client, a_user
from tests.support.fakes_directory import a_principal

PATHS = {
    "anne": ("network", "north", "lille"),
    "bob": ("network", "north", "lille"),
    "cleo": ("network", "north", "arras"),
    "dora": ("network", "north"),
    "max": ("network", "south"),
}


@pytest.fixture
async def peopled(door):
    await door.set_up_network()
    await door.put("users", [a_user(name, unit=path[-1]) for name, path in PATHS.items()])
    await door.put("clients", [a_client(f"of-{name}", name) for name in PATHS])
    return door


def names(answer) -> list[str]:
    return [item["name"] for item in answer.json()["items"]]


async def test_sql_and_rulebook_agree_on_every_reach(peopled):
    for reader, level in product(PATHS, AccessLevel):
        peopled.people["reader"] = principal = a_principal(reader, level, path=PATHS[reader])

        answer = await peopled.get("clients", by="reader")

        seen = {item["client_id"] for item in answer.json().get("items", ())}
        assert seen == {
            client_id(f"of-{name}")
            for name, path in PATHS.items()
            if in_reach(principal, user_id(name), tuple(map(unit_id, path)))
        }


async def test_without_an_access_level_clients_cannot_be_looked_up(peopled):
    peopled.people["operator"] = a_principal("anne", path=PATHS["anne"], operator=True)

    for path in ("clients", f"clients/{client_id('of-anne')}"):
        answer = await peopled.get(path, by="operator")
        assert (answer.status_code, answer.json()["data"]) == (403, {"missing": "access_level"})


async def test_a_client_out_of_reach_is_as_unknown_as_one_that_does_not_exist(peopled):
    peopled.people["bob"] = a_principal("bob", AccessLevel.OWN, path=PATHS["bob"])

    out_of_reach = await peopled.get(f"clients/{client_id('of-anne')}", by="bob")
    unknown = await peopled.get(f"clients/{client_id('nobody')}", by="bob")

    assert (out_of_reach.status_code, out_of_reach.json()["code"]) == (404, "client_not_found")
    assert {**out_of_reach.json(), "instance": None} == {**unknown.json(), "instance": None}


async def test_a_client_is_shown_with_what_the_crm_told(peopled):
    await peopled.put("clients", [a_client("c1", "anne", phone="03 20 00 00 00", attributes={"age": 43})])

    shown = (await peopled.get(f"clients/{client_id('c1')}")).json()

    assert shown == {
        "client_id": client_id("c1"),
        "external_id": "c1",
        "name": "C1",
        "phone": "03 20 00 00 00",
        "email": None,
        "advisor_id": user_id("anne"),
        "advisor_name": "Anne",
        "unit_id": unit_id("lille"),
        "active": True,
        "attributes": {"age": 43},
    }


async def test_names_come_in_french_order(peopled):
    given = ["Zoé", "Étienne", "Eric", "Œuvrard", "Odile", "çelik", "Cédric", "émile"]
    await peopled.put("users", [a_user(f"s{row}", name=f"Somebody {name}") for row, name in enumerate(given)])

    listed = names(await peopled.get("users", search="somebody"))

    assert [name.removeprefix("Somebody ") for name in listed] == [
        "Cédric",
        "çelik",
        "émile",
        "Eric",
        "Étienne",
        "Odile",
        "Œuvrard",
        "Zoé",
    ]


async def test_a_search_finds_words_without_their_accents_in_any_order(peopled):
    await peopled.put("clients", [a_client("c1", name="Élodie de La Forêt"), a_client("c2", name="Elo 100%")])

    assert names(await peopled.get("clients", search="foret ÉLODIE")) == ["Élodie de La Forêt"]
    assert names(await peopled.get("clients", search="c1")) == ["Élodie de La Forêt"]
    assert names(await peopled.get("clients", search="100%")) == ["Elo 100%"]
    assert names(await peopled.get("clients", search="_")) == []


async def test_pages_follow_each_other_without_gap_or_repeat(peopled):
    await peopled.put("clients", [a_client(f"same{row}", name="Same Name") for row in range(7)])

    seen, after = [], None
    while True:
        page = (await peopled.get("clients", search="same", limit=3, **({"after": after} if after else {}))).json()
        seen += [item["external_id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break

    assert sorted(seen) == [f"same{row}" for row in range(7)]


def cursor_of(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    ["x", "é", cursor_of(), cursor_of("a", "b"), cursor_of(1, unit_id("a")), cursor_of("\ud800", unit_id("a"))],
)
async def test_a_cursor_that_is_none_of_ours_is_refused(peopled, cursor):
    answer = await peopled.get("clients", after=cursor)

    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")


@pytest.mark.parametrize(
    "wrong", [{"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"search": "a\0"}, {"search": "x" * 201}]
)
async def test_a_wrong_parameter_is_refused(peopled, wrong):
    assert (await peopled.get("clients", **wrong)).status_code == 422


async def test_an_id_that_is_none_is_refused(peopled):
    assert (await peopled.get("clients/1' or '1'='1")).status_code == 422


async def test_users_are_listed_within_reach_and_inactive_ones_on_request(peopled):
    peopled.people["dora"] = a_principal("dora", AccessLevel.SUBTREE, path=PATHS["dora"])
    await peopled.put("users", [a_user("bob", active=False)])

    assert names(await peopled.get("users", by="dora")) == ["Anne", "Cleo", "Dora"]
    assert names(await peopled.get("users", by="dora", inactive=True)) == ["Anne", "Bob", "Cleo", "Dora"]
    assert names(await peopled.get("users", by="dora", unit=unit_id("arras"))) == ["Cleo"]


async def test_owners_are_chosen_among_those_who_manage_campaigns(peopled):
    await peopled.put("users", [a_user("cleo", unit="arras", extra_rights={"manage_campaigns": True})])
    await peopled.put("users", [a_user("dora", unit="north", profile="manager")])

    assert names(await peopled.get("users", manage_campaigns=True)) == ["Cleo", "Dora"]


async def test_everybody_sees_themselves_and_their_unit(peopled):
    peopled.people["nobody"] = a_principal("anne", path=PATHS["anne"])

    assert names(await peopled.get("users", by="nobody")) == ["Anne"]
    assert names(await peopled.get("units", by="nobody")) == ["Lille"]


async def test_units_are_listed_within_reach_parents_first(peopled):
    peopled.people["dora"] = a_principal("dora", AccessLevel.SUBTREE, path=PATHS["dora"])

    assert names(await peopled.get("units", by="dora")) == ["Nord", "Arras", "Lille"]
    assert names(await peopled.get("units")) == ["Réseau", "Nord", "Sud", "Arras", "Lille"]


async def test_an_administrator_sees_the_whole_hierarchy_and_no_client(peopled):
    peopled.people["admin"] = a_principal("max", path=PATHS["max"], administrator=True)

    assert len(names(await peopled.get("users", by="admin"))) == 5
    assert len(names(await peopled.get("units", by="admin"))) == 5
    assert (await peopled.get("clients", by="admin")).status_code == 403


async def test_people_read_who_they_are(peopled):
    peopled.people["dora"] = a_principal("dora", AccessLevel.OWN, path=PATHS["dora"])

    assert (await peopled.get("me", by="dora")).json() == {
        "user_id": user_id("dora"),
        "external_id": "dora",
        "name": "Dora",
        "language": "fr",
        "unit_id": unit_id("north"),
        "unit_name": "Nord",
        "rights": {"manage_campaigns": False, "access_level": "OWN", "administrator": False, "operator": False},
        "crm": False,
    }
    assert (await peopled.get("me")).json()["crm"] is True


async def test_without_a_token_nothing_is_told(door):
    assert (await door.http.get("/api/directory/me")).status_code == 401
