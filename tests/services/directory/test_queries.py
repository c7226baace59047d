"""Filters are saved under a name, shared with a unit and all below it, and run within the reader's own reach."""

import pytest

from shared.rulebook.access import AccessLevel
from shared.rulebook.ids import unit_id, user_id
from tests.services.directory.conftest import a_client, a_user
from tests.support.fakes_directory import a_principal

PREMIUM = 'segment = "Premium"'
LEVELS = {
    "anne": (AccessLevel.OWN, ("network", "north", "lille")),
    "cleo": (AccessLevel.OWN, ("network", "north", "arras")),
    "dora": (AccessLevel.SUBTREE, ("network", "north")),
    "max": (AccessLevel.UNIT, ("network", "south")),
    "root": (AccessLevel.ALL, ("network",)),
    "admin": (AccessLevel.NONE, ("network", "north")),
}


@pytest.fixture
async def peopled(door):
    await door.set_up_network()
    await door.put("users", [a_user(name, unit=path[-1]) for name, (_, path) in LEVELS.items()])
    await door.put(
        "clients", [a_client(f"of-{name}", name, attributes={"segment": "Premium"}) for name in ("anne", "cleo", "max")]
    )
    door.people.update({name: a_principal(name, level, path=path) for name, (level, path) in LEVELS.items()})
    return door


async def call(door, method: str, path: str = "", *, by: str, if_match: object = None, **body):
    headers = {"Authorization": f"Bearer {by}"} | ({} if if_match is None else {"If-Match": f'"{if_match}"'})
    url = f"/api/directory/queries{path}"
    return await door.http.request(method, url, headers=headers, **({"json": body} if body else {}))


async def save(door, name: str = "Premium", *, by: str = "dora", text: str = PREMIUM, shared_with: str | None = None):
    shared = {} if shared_with is None else {"shared_with": unit_id(shared_with)}
    answer = await call(door, "POST", by=by, name=name, filter=text, **shared)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def names(door, by: str, **params) -> list[str]:
    return [item["name"] for item in (await door.get("queries", by=by, **params)).json()["items"]]


async def test_a_saved_query_is_read_as_it_was_saved(peopled):
    saved = await save(peopled, shared_with="north")

    read = await call(peopled, "GET", f"/{saved['query_id']}", by="dora")

    assert read.json() == saved
    assert read.headers["ETag"] == '"1"'
    assert {key: saved[key] for key in ("name", "text", "owner_id", "owner_name", "mine", "revision")} == {
        "name": "Premium",
        "text": PREMIUM,
        "owner_id": user_id("dora"),
        "owner_name": "Dora",
        "mine": True,
        "revision": 1,
    }
    assert (saved["shared_with"], saved["shared_with_name"]) == (unit_id("north"), "Nord")


async def test_a_query_is_seen_by_its_owner_and_by_those_at_or_below_the_unit_it_is_shared_with(peopled):
    await save(peopled, "Private")
    await save(peopled, "For Lille", shared_with="lille")
    await save(peopled, "For the north", shared_with="north")

    seen = {by: await names(peopled, by) for by in ("dora", "anne", "cleo", "max", "root", "crm")}

    assert seen == {
        "dora": ["For Lille", "For the north", "Private"],
        "anne": ["For Lille", "For the north"],
        "cleo": ["For the north"],
        "max": [],
        "root": [],
        "crm": [],
    }


async def test_a_shared_query_gives_whoever_runs_it_their_own_clients(peopled):
    shared = (await save(peopled, shared_with="north"))["query_id"]

    counts = {
        by: (await call(peopled, "POST", "/count", by=by, query_id=shared)).json()["count"]
        for by in ("dora", "anne", "cleo")
    }

    assert counts == {"dora": 2, "anne": 1, "cleo": 1}


async def test_a_query_that_is_not_shared_does_not_exist_for_others(peopled):
    private = (await save(peopled))["query_id"]
    body = {"name": "Mine now", "filter": PREMIUM}

    answers = [
        await call(peopled, "GET", f"/{private}", by="anne"),
        await call(peopled, "PUT", f"/{private}", by="anne", if_match=1, **body),
        await call(peopled, "DELETE", f"/{private}", by="anne"),
        *[
            await call(peopled, "POST", f"/{path}", by="anne", query_id=private)
            for path in ("count", "result", "export")
        ],
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_visible")] * 6


async def test_who_sees_a_query_may_run_but_not_change_it(peopled):
    shared = (await save(peopled, shared_with="north"))["query_id"]

    changed = await call(peopled, "PUT", f"/{shared}", by="anne", if_match=1, name="Mine now", filter=PREMIUM)
    removed = await call(peopled, "DELETE", f"/{shared}", by="anne")

    assert [(one.status_code, one.json()["data"]) for one in (changed, removed)] == [(403, {"missing": "owner"})] * 2


@pytest.mark.parametrize(
    ("by", "unit", "status"),
    [
        ("anne", "lille", 201),
        ("anne", "north", 404),
        ("anne", "arras", 404),
        ("dora", "north", 201),
        ("dora", "lille", 201),
        ("dora", "south", 404),
        ("dora", "nowhere", 404),
        ("max", "south", 201),
        ("root", "south", 201),
    ],
)
async def test_a_query_is_shared_no_further_than_its_owner_reaches(peopled, by, unit, status):
    answer = await call(peopled, "POST", by=by, name="Shared", filter=PREMIUM, shared_with=unit_id(unit))

    assert answer.status_code == status


async def test_a_change_needs_the_revision_that_was_edited(peopled):
    query = (await save(peopled))["query_id"]
    body = {"name": "Older", "filter": "segment is empty"}

    without = await call(peopled, "PUT", f"/{query}", by="dora", **body)
    first = await call(peopled, "PUT", f"/{query}", by="dora", if_match=1, **body)
    second = await call(peopled, "PUT", f"/{query}", by="dora", if_match=1, **body)

    assert (without.status_code, without.json()["code"]) == (428, "if_match_missing")
    assert (first.status_code, first.headers["ETag"], first.json()["text"]) == (200, '"2"', "segment is empty")
    assert (second.status_code, second.json()["code"], second.json()["data"]) == (412, "query_changed", {"present": 2})


async def test_a_query_is_removed_by_its_owner(peopled):
    query = (await save(peopled))["query_id"]

    late = await call(peopled, "DELETE", f"/{query}", by="dora", if_match=7)
    gone = await call(peopled, "DELETE", f"/{query}", by="dora", if_match=1)

    assert (late.status_code, gone.status_code) == (412, 204)
    assert (await call(peopled, "GET", f"/{query}", by="dora")).status_code == 404


async def test_an_owner_has_one_query_of_a_name(peopled):
    await save(peopled)
    other = (await save(peopled, "Other"))["query_id"]
    await save(peopled, by="anne")

    again = await call(peopled, "POST", by="dora", name=" Premium\u200b", filter=PREMIUM)
    renamed = await call(peopled, "PUT", f"/{other}", by="dora", if_match=1, name="Premium", filter=PREMIUM)

    for answer in (again, renamed):
        assert (answer.status_code, answer.json()["code"]) == (409, "query_name_taken")


async def test_queries_are_searched_and_paged_in_french_order(peopled):
    for name in ("Zone 1", "Étoiles", "Clients à relancer", "clients du nord"):
        await save(peopled, name)

    assert await names(peopled, "dora", search="CLIENTS") == ["Clients à relancer", "clients du nord"]
    assert await names(peopled, "dora", search="etoile") == ["Étoiles"]
    first = (await peopled.get("queries", by="dora", limit=3)).json()
    assert [item["name"] for item in first["items"]] == ["Clients à relancer", "clients du nord", "Étoiles"]
    assert await names(peopled, "dora", limit=3, after=first["next"]) == ["Zone 1"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": "x", "filter": 'sgment = "x"'}, "filter_attribute_unknown"),
        ({"name": "x", "filter": "segment ="}, "filter_unreadable"),
        ({"name": "", "filter": PREMIUM}, "invalid_request"),
        ({"name": "a\0", "filter": PREMIUM}, "invalid_request"),
        ({"name": "x" * 1_000_000, "filter": PREMIUM}, "invalid_request"),
        ({"name": "x", "filter": PREMIUM, "shared_with": "north"}, "invalid_request"),
        ({"name": "x"}, "invalid_request"),
        ({"name": "x", "filter": None}, "filter_shape"),
    ],
    ids=str,
)
async def test_what_cannot_be_saved_is_refused_by_name(peopled, wrong, code):
    answer = await call(peopled, "POST", by="dora", **wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_without_an_access_level_there_are_no_queries(peopled):
    shared = (await save(peopled, shared_with="north"))["query_id"]

    answers = [
        await peopled.get("queries", by="admin"),
        await peopled.get("attributes", by="admin"),
        await call(peopled, "GET", f"/{shared}", by="admin"),
        await call(peopled, "POST", by="admin", name="x", filter=PREMIUM),
        await call(peopled, "DELETE", f"/{shared}", by="admin"),
    ]

    assert [(one.status_code, one.json()["data"]) for one in answers] == [(403, {"missing": "access_level"})] * 5
