"""Queries find clients within reach: counted first, then listed a page at a time."""

import pytest

from shared.rulebook.ids import client_id, unit_id, user_id
from tests.services.directory.conftest import a_client
from tests.support.queried import names, people, post


@pytest.fixture
async def peopled(door):
    await people(door)
    return door


async def test_a_count_says_how_many_and_how_the_filter_was_understood(peopled):
    answer = await post(peopled, "count", filter='segment = "Premium" and (age >= 45 or not assets < 10000)')

    assert answer.json() == {
        "count": 2,
        "text": 'segment = "Premium" and (age >= 45 or not assets < 10000)',
        "filter": {
            "kind": "all_of",
            "parts": [
                {
                    "kind": "criterion",
                    "attribute": "segment",
                    "crm": False,
                    "operator": "=",
                    "values": ["Premium"],
                },
                {
                    "kind": "any_of",
                    "parts": [
                        {"kind": "criterion", "attribute": "age", "crm": False, "operator": ">=", "values": [45]},
                        {
                            "kind": "not",
                            "part": {
                                "kind": "criterion",
                                "attribute": "assets",
                                "crm": False,
                                "operator": "<",
                                "values": [10000],
                            },
                        },
                    ],
                },
            ],
        },
    }


async def test_tree_and_text_mean_the_same(peopled):
    text = await post(peopled, "count", filter="assets between 9000 and 12000.50")
    tree = await post(peopled, "count", filter=text.json()["filter"])

    assert tree.json() == text.json()
    assert tree.json()["count"] == 2


@pytest.mark.parametrize(
    ("by", "found"),
    [("crm", ["Élodie", "Zoé"]), ("north", ["Élodie", "Zoé"]), ("anne", ["Élodie"]), ("cleo", ["Zoé"]), ("max", [])],
)
async def test_everybody_finds_the_clients_within_their_own_reach(peopled, by, found):
    count = await post(peopled, "count", by=by, filter='segment = "Premium"')

    assert await names(peopled, 'segment = "Premium"', by=by) == found
    assert count.json()["count"] == len(found)


async def test_without_an_access_level_nothing_is_found_counted_or_exported(peopled):
    for path in ("count", "result", "export", "check"):
        answer = await post(peopled, path, by="nobody", filter="age > 1")
        assert (answer.status_code, answer.json()["data"]) == (403, {"missing": "access_level"})


async def test_clients_come_in_french_order_a_page_at_a_time(peopled):
    first = (await post(peopled, "result", filter="not name is empty", limit=2)).json()
    second = (await post(peopled, "result", filter="not name is empty", limit=2, after=first["next"])).json()
    third = (await post(peopled, "result", filter="not name is empty", limit=2, after=second["next"])).json()

    pages = [[item["name"] for item in page["items"]] for page in (first, second, third)]
    assert pages == [["Bruno", "Élodie"], ["éric", "Zoé"], []]
    assert third["next"] is None


async def test_a_result_shows_the_columns_asked_for(peopled):
    answer = await post(
        peopled, "result", filter='external_id = "c2"', columns=["age", "assets", "[Code postal]", "unit", "client_id"]
    )

    item = answer.json()["items"][0]
    assert item["values"] == {
        "age": "35",
        "assets": 9000,
        "Code postal": None,
        "unit": "lille",
        "client_id": client_id("c2"),
    }
    assert (item["advisor_id"], item["unit_id"]) == (user_id("anne"), unit_id("lille"))


async def test_units_are_meant_with_all_below_them(peopled):
    assert await names(peopled, 'unit = "north"') == ["Bruno", "Élodie", "Zoé"]
    assert await names(peopled, f'unit = "{unit_id("arras")}"') == ["Zoé"]
    assert await names(peopled, 'unit != "north" and advisor in ("max", "anne")') == ["éric"]


async def test_what_has_no_value_of_the_kind_matches_neither_a_comparison_nor_its_opposite(peopled):
    assert await names(peopled, "assets >= 0") == ["Bruno", "Élodie"]
    assert await names(peopled, "assets != 9000") == ["Élodie"]
    assert await names(peopled, "not assets = 9000") == ["Élodie", "éric", "Zoé"]
    assert await names(peopled, "assets is empty") == ["Zoé"]


async def test_wildcards_of_sql_are_letters_like_others(peopled):
    await peopled.put("clients", [a_client("c5", name="100%_\\", attributes={"segment": "50%_\\'"})])

    assert await names(peopled, 'name contains "%"') == ["100%_\\"]
    assert await names(peopled, 'name contains "_%"') == []
    assert await names(peopled, 'segment contains "%"') == ["100%_\\"]
    assert await names(peopled, 'segment starts with "_"') == []


async def test_the_attributes_of_clients_can_be_looked_up(peopled):
    answer = (await peopled.get("attributes", by="anne")).json()

    assert {"name": "age", "own": True, "kinds": ["number"]} in answer["items"]
    assert [item for item in answer["items"] if not item["own"]] == [
        {"name": "Code postal", "own": False, "kinds": ["text"]},
        {"name": "age", "own": False, "kinds": ["number"]},
        {"name": "assets", "own": False, "kinds": ["number", "text"]},
        {"name": "birth_date", "own": False, "kinds": ["date"]},
        {"name": "segment", "own": False, "kinds": ["text"]},
        {"name": "vip", "own": False, "kinds": ["boolean"]},
    ]
