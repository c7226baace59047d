"""Whatever is sent as a filter is taken, or refused by name: never an error of ours."""

import pytest

from shared.rulebook.ids import unit_id
from tests.support.queried import names, people, post


@pytest.fixture
async def peopled(door):
    await people(door)
    return door


def nested(depth: int, form: str):
    inner = {"kind": "criterion", "attribute": "segment", "operator": "=", "values": ["x"]}
    for _ in range(depth):
        inner = {"kind": "not", "part": inner} if form == "not" else {"kind": "any_of", "parts": [inner, inner]}
    return inner


def a_criterion(**changes):
    return {"kind": "criterion", "attribute": "segment", "operator": "=", "values": ["x"]} | changes


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (nested(300, "not"), "filter_too_deep"),
        ("not " * 1000 + 'segment = "x"', "filter_too_deep"),
        ("(" * 1000 + 'segment = "x"' + ")" * 1000, "filter_too_deep"),
        ('sgment = "x"', "filter_attribute_unknown"),
        ("segment = 5", "filter_kind"),
        ('age = "x"', "filter_operator"),
        ("unit > 5", "filter_operator"),
        ('segment = "a\0"', "filter_value"),
        ('segment = "' + "x" * 1_000_000 + '"', "filter_too_long"),
        ("segment in ()", "filter_unreadable"),
        ("assets > 1e400", "filter_unreadable"),
        ("birth_date > 2026-02-30", "filter_unreadable"),
        ("", "filter_unreadable"),
        (a_criterion(operator="in", values=[]), "filter_values"),
        (a_criterion(operator="in", values=["x"] * 10_001), "filter_shape"),
        (a_criterion(operator="between", values=["x"]), "filter_values"),
        (a_criterion(operator="between", values=["x", 5]), "filter_values"),
        (a_criterion(operator="like"), "filter_shape"),
        (a_criterion(values=[{"date": "2026-02-30"}]), "filter_value"),
        (a_criterion(values=[{"number": "1e400"}]), "filter_shape"),
        (a_criterion(values=["x" * 2001]), "filter_shape"),
        (a_criterion(values=[""]), "filter_value"),
        ({"kind": "all_of", "parts": []}, "filter_shape"),
        ({"kind": "any_of", "parts": [a_criterion()] * 201}, "filter_shape"),
        ([], "filter_shape"),
    ],
    ids=str,
)
async def test_a_wrong_filter_is_refused_by_name(peopled, wrong, code):
    answer = await post(peopled, "count", filter=wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("number", ["NaN", "1e400", "-Infinity"])
async def test_a_number_that_is_none_is_refused(peopled, number):
    body = f'{{"filter": {{"kind": "criterion", "attribute": "assets", "operator": "<", "values": [{number}]}}}}'

    answer = await peopled.http.post(
        "/api/directory/queries/count",
        content=body,
        headers={"Authorization": "Bearer crm", "Content-Type": "application/json"},
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "filter_value")


@pytest.mark.parametrize("depth", [1_000, 100_000])
async def test_a_body_that_nests_too_deep_for_any_reader_is_refused(peopled, depth):
    body = '{"filter": ' + '{"kind": "not", "part": ' * depth + "1" + "}" * depth + "}"

    answer = await peopled.http.post(
        "/api/directory/queries/count",
        content=body,
        headers={"Authorization": "Bearer crm", "Content-Type": "application/json"},
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "nested_too_deep")


async def test_an_error_says_where_and_what_was_expected_in_the_readers_language(peopled):
    answer = await post(peopled, "count", language="en", filter='segment = "x" and age >')

    assert answer.json()["data"] == {
        "position": 24,
        "expected": 'value: "text", 12.5, 2026-11-24, true or false',
        "found": "",
    }
    assert answer.json()["detail"].startswith("The filter cannot be read at position 24: expected value")


async def test_a_misspelt_attribute_is_told_its_neighbours(peopled):
    answer = await post(peopled, "count", filter='segmnt = "x"')

    assert answer.json()["data"]["nearest"] == ["segment"]


async def test_ten_thousand_values_and_the_last_year_are_taken(peopled):
    values = [f"v{number}" for number in range(9_999)] + ["Premium"]
    answer = await post(peopled, "count", filter=a_criterion(operator="in", values=values))
    assert answer.json()["count"] == 2

    assert await names(peopled, "birth_date <= 9999-12-31") == ["Bruno"]


async def test_a_request_gives_a_filter_or_a_saved_query(peopled):
    for body in ({}, {"filter": "age > 1", "query_id": unit_id("x")}):
        answer = await post(peopled, "count", **body)
        assert (answer.status_code, answer.json()["code"]) == (422, "query_unclear")
