"""Administrators change profiles and personal rights by hand; every change of rights is written down for good."""

import pytest
from sqlalchemy.exc import ProgrammingError

from services.directory.tables import rights_changes
from shared.rulebook.access import AccessLevel
from shared.rulebook.ids import profile_id, unit_id, user_id
from tests.services.directory.conftest import PROFILES, a_user
from tests.support.fakes_directory import a_principal

NONE = {"manage_campaigns": False, "access_level": "NONE", "administrator": False, "operator": False}
ADVISOR = f"profiles/{profile_id('advisor')}"
ANNES_RIGHTS = f"users/{user_id('anne')}/rights"


@pytest.fixture
async def office(door):
    """Ada administers by her own right; nobody else does."""
    await door.set_up_network()
    await door.put("users", [a_user("ada", extra_rights={"administrator": True}), a_user("anne")])
    door.people["ada"] = a_principal("ada", administrator=True)
    door.people["boss"] = a_principal("boss", AccessLevel.ALL, manage_campaigns=True)
    return door


async def send(door, method: str, path: str, body=None, *, by: str = "ada", seen: int | None = None):
    headers = {"Authorization": f"Bearer {by}"} | ({} if seen is None else {"If-Match": f'"{seen}"'})
    return await door.http.request(method, f"/api/directory/{path}", json=body, headers=headers)


async def audit(door, **filters):
    answer = await door.get("audit", by="ada", **filters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_changed_profile_holds_for_all_who_have_it_and_says_its_revision(office, watch):
    await watch("anne", lambda held: held is not None)
    read = await office.get(ADVISOR, by="ada")

    saved = await send(office, "PUT", ADVISOR, {"name": "Conseillère", "access_level": "UNIT"}, seen=1)

    assert (read.headers["ETag"], saved.headers["ETag"]) == ('"1"', '"2"')
    assert saved.json()["rights"] == NONE | {"access_level": "UNIT"}
    await watch("anne", lambda held: held.access_level is AccessLevel.UNIT)


async def test_of_two_who_change_one_profile_the_second_is_told(office):
    await send(office, "PUT", ADVISOR, {"name": "One"}, seen=1)

    late = await send(office, "PUT", ADVISOR, {"name": "Two"}, seen=1)
    blind = await send(office, "PUT", ADVISOR, {"name": "Two"})

    assert (late.status_code, late.json()["data"]) == (412, {"expected": 1, "present": 2})
    assert (blind.status_code, blind.json()["code"]) == (428, "if_match_missing")
    assert (await office.get(ADVISOR, by="ada")).json()["name"] == "One"


async def test_a_profile_that_somebody_has_or_had_is_not_deleted(office):
    await office.put("profiles", [{"external_id": "spare", "name": "Spare"}])
    await office.put("users", [a_user("gone", profile="manager", active=False)])
    refused = [await send(office, "DELETE", f"profiles/{profile_id(name)}", seen=1) for name in ("advisor", "manager")]

    deleted = await send(office, "DELETE", f"profiles/{profile_id('spare')}", seen=1)

    assert [answer.json()["code"] for answer in refused] == ["profile_in_use", "profile_in_use"]
    assert deleted.status_code == 204
    assert (await office.get(f"profiles/{profile_id('spare')}", by="ada")).status_code == 404
    last = (await audit(office))[0]
    assert (last["subject_name"], last["before"], last["after"]) == (
        "Spare",
        NONE | {"name": "Spare", "active": True},
        None,
    )


async def test_profiles_are_listed_in_french_order_without_those_out_of_use(office):
    await office.put("profiles", [{"external_id": "x", "name": "Élu", "active": False}])

    assert [one["name"] for one in (await office.get("profiles")).json()["items"]] == ["Conseiller", "Responsable"]
    shown = (await office.get("profiles", by="ada", inactive=True)).json()["items"]
    assert [one["name"] for one in shown] == ["Conseiller", "Élu", "Responsable"]


async def test_personal_rights_come_on_top_of_the_profiles(office, watch):
    await watch("anne", lambda held: held is not None)
    before = await office.get(ANNES_RIGHTS, by="ada")

    saved = await send(office, "PUT", ANNES_RIGHTS, {"operator": True}, seen=1)

    assert before.json()["personal"] == NONE
    assert saved.json()["profile"] == NONE | {"access_level": "OWN"}
    assert saved.json()["personal"] == NONE | {"operator": True}
    assert saved.json()["together"] == NONE | {"access_level": "OWN", "operator": True}
    await watch("anne", lambda held: held.operator and held.access_level is AccessLevel.OWN)


async def test_a_put_that_says_nothing_of_personal_rights_keeps_them_and_an_empty_one_clears_them(office):
    await send(office, "PUT", ANNES_RIGHTS, {"operator": True}, seen=1)

    await office.put("users", [a_user("anne", name="Anne B.")])
    kept = (await office.get(ANNES_RIGHTS)).json()["personal"]
    await office.put("users", [a_user("anne", extra_rights={})])
    cleared = (await office.get(ANNES_RIGHTS)).json()["personal"]

    assert (kept["operator"], cleared["operator"]) == (True, False)


async def test_the_last_administrator_stays_whichever_way_it_would_be_lost(office):
    by_rights = await send(office, "PUT", f"users/{user_id('ada')}/rights", {}, seen=1)
    by_put = await office.put("users", [a_user("ada", extra_rights={}), a_user("anne", name="A.")])
    by_leaving = await office.put("users", [a_user("ada", active=False)])

    assert (by_rights.status_code, by_rights.json()["code"]) == (409, "last_administrator")
    assert (by_put["upserted"], by_put["errors"][0]["code"]) == (1, "last_administrator")
    assert by_leaving["errors"][0]["code"] == "last_administrator"

    handed_over = [a_user("ada", extra_rights={}), a_user("anne", extra_rights={"administrator": True})]
    assert (await office.put("users", handed_over))["errors"] == []


async def test_a_profile_keeps_administrator_while_nobody_else_carries_it(office):
    await office.put("profiles", [{"external_id": "it", "name": "IT", "administrator": True}])
    await office.put("users", [a_user("ada", profile="it", extra_rights={})])
    without = {"external_id": "it", "name": "IT"}

    by_put = await office.put("profiles", [without])
    by_hand = await send(office, "PUT", f"profiles/{profile_id('it')}", {"name": "IT"}, seen=1)
    handed_over = await office.put("profiles", [without, PROFILES[0] | {"administrator": True}])

    assert by_put["errors"][0]["code"] == "last_administrator"
    assert (by_hand.status_code, by_hand.json()["code"]) == (409, "last_administrator")
    assert handed_over["errors"] == []


async def test_the_audit_says_who_changed_what_through_which_door(office):
    await send(office, "PUT", ANNES_RIGHTS, {"manage_campaigns": True}, seen=1)
    await office.put("users", [a_user("anne", unit="arras")])
    await office.put("users", [a_user("anne", unit="arras", name="Anne B.")])
    content = "external_id;name;unit;profile\nanne;Anne;arras;manager\n"
    headers = {"Authorization": "Bearer ada"}
    await office.http.post("/api/directory/imports/users", content=content, headers=headers)

    told = await audit(office, subject=user_id("anne"))

    before = NONE | {"unit": "lille", "profile": "advisor", "active": True}
    assert [(one["door"], one["by"]) for one in told] == [
        ("csv", user_id("ada")),
        ("put", "crm"),
        ("administration", user_id("ada")),
        ("put", "crm"),
    ]
    assert (told[3]["before"], told[3]["after"]) == (None, before)
    assert (told[2]["before"], told[2]["after"]) == (before, before | {"manage_campaigns": True})
    assert (told[1]["after"]["unit"], told[1]["after"]["manage_campaigns"]) == ("arras", True)
    assert (told[0]["by_name"], told[0]["subject_name"], told[0]["after"]["profile"]) == ("Ada", "Anne", "manager")


async def test_a_rehearsed_or_refused_change_is_not_in_the_audit(office):
    told = len(await audit(office))
    content = "external_id;name;unit;profile\nanne;Anne;arras;manager\n"
    headers = {"Authorization": "Bearer ada"}

    await office.http.post("/api/directory/imports/users?dry_run=true", content=content, headers=headers)
    await office.put("users", [a_user("anne", unit="nowhere"), a_user("ada", active=False)])
    await office.put("users", [a_user("anne")])

    assert len(await audit(office)) == told


async def test_the_audit_is_filtered_and_paged(office):
    assert {one["subject"] for one in await audit(office, actor="crm", limit=200)} == {"unit", "profile", "user"}
    assert await audit(office, actor=user_id("ada")) == []
    assert await audit(office, to="2020-01-01") == []
    assert await audit(office, **{"from": "2020-01-01"}, subject=unit_id("lille"))
    assert (await office.get("audit", by="ada", actor="x")).status_code == 422
    for wrong in ({"to": "9999-12-31"}, {"from": "0001-01-01"}, {"from": "x"}, {"before": 2**63}):
        assert (await office.get("audit", by="ada", **wrong)).status_code == 422, wrong

    seen, before = [], {}
    while True:
        page = (await office.get("audit", by="ada", limit=4, **before)).json()
        seen += [one["number"] for one in page["items"]]
        if page["next"] is None:
            break
        before = {"before": page["next"]}

    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == len(await audit(office, limit=200))


async def test_what_the_audit_says_cannot_be_changed_by_the_service(office, database):
    for statement in (rights_changes.update().values(changed_by="nobody"), rights_changes.delete()):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with database.transaction() as connection:
                await connection.execute(statement)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "profiles"),
        ("GET", ADVISOR),
        ("PUT", ADVISOR),
        ("DELETE", ADVISOR),
        ("GET", ANNES_RIGHTS),
        ("PUT", ANNES_RIGHTS),
        ("GET", "audit"),
    ],
)
async def test_only_an_administrator_administers(office, method, path):
    refused = await send(office, method, path, {"name": "x"} if path == ADVISOR else {}, by="boss", seen=1)

    assert (refused.status_code, refused.json()["data"]) == (403, {"missing": "administrator"})


async def test_the_crm_does_not_read_the_audit(office):
    refused = await send(office, "GET", "audit", by="crm")

    assert (refused.status_code, refused.json()["data"]) == (403, {"missing": "administrator"})


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("PUT", f"profiles/{profile_id('ghost')}", "profile_unknown"),
        ("DELETE", f"profiles/{profile_id('ghost')}", "profile_unknown"),
        ("GET", f"users/{user_id('ghost')}/rights", "user_unknown"),
        ("PUT", f"users/{user_id('ghost')}/rights", "user_unknown"),
    ],
)
async def test_what_is_unknown_is_not_found(office, method, path, code):
    body = {"name": "x"} if method == "PUT" and path.startswith("profiles") else {}

    answer = await send(office, method, path, body, seen=1)

    assert (answer.status_code, answer.json()["code"]) == (404, code)


async def test_a_wrong_profile_is_refused(office):
    for body in ({}, {"name": ""}, {"name": "a\0b"}, {"name": "x", "access_level": "GOD"}, {"name": "x", "more": 1}):
        assert (await send(office, "PUT", ADVISOR, body, seen=1)).status_code == 422, body
