"""What a filter may say: criteria that make sense, of a bounded size, in texts that can be kept."""

from datetime import date
from decimal import Decimal

import pytest

from shared.rulebook.errors import Invalid
from shared.rulebook.filter_catalogue import check_known
from shared.rulebook.filter_text import read
from shared.rulebook.filters import (
    AllOf,
    Kind,
    Not,
    Operator,
    all_of,
    any_of,
    attribute,
    check_size,
    criterion,
)
from shared.rulebook.query_sharing import present_only

SEGMENT = attribute("segment")
ONE = criterion(SEGMENT, Operator.EQUAL, ["x"])


def refusal(make, *given) -> tuple[str, dict]:
    with pytest.raises(Invalid) as refused:
        make(*given)
    return refused.value.code, refused.value.data


def test_a_name_means_the_directorys_own_attribute_unless_the_crms_is_asked_for():
    assert [attribute("unit").crm, attribute("unit", crm=True).crm, attribute("segment").crm] == [False, True, True]


def test_texts_are_cleaned_as_those_of_clients_are():
    said = criterion(attribute(" segment\u200f"), Operator.EQUAL, ["\u202ePre\u0301mium "])

    assert said == criterion(SEGMENT, Operator.EQUAL, ["Prémium"])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "empty_text"),
        (" \u200b", "empty_text"),
        ("a\0b", "control_characters"),
        ("a\nb", "control_characters"),
        ("\ud800", "control_characters"),
        ("x" * 2001, "text_too_long"),
        (Decimal("NaN"), "number_not_finite"),
        (Decimal("1e400"), "number_too_large"),
        (Decimal("1e16"), "number_too_large"),
        (Decimal("0.00000000001"), "too_many_decimals"),
    ],
)
def test_a_value_that_no_client_can_have_is_refused(value, reason):
    code, data = refusal(criterion, SEGMENT, Operator.EQUAL, [value])

    assert (code, data["attribute"], data["reason"]) == ("filter_value", "segment", reason)


@pytest.mark.parametrize("name", ["", " \u200e", "a\0", "x" * 101])
def test_a_name_that_no_attribute_can_have_is_refused(name):
    assert refusal(attribute, name)[0] == "filter_attribute"


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        (Operator.EQUAL, [], "1"),
        (Operator.EQUAL, ["a", "b"], "1"),
        (Operator.IN, [], "1…10000"),
        (Operator.IN, ["a"] * 10_001, "1…10000"),
        (Operator.BETWEEN, ["a"], "2"),
        (Operator.BETWEEN, ["a", Decimal(1)], "one kind"),
        (Operator.IS_EMPTY, ["a"], "0"),
    ],
)
def test_each_operator_takes_its_number_of_values_all_of_one_kind(operator, values, expected):
    code, data = refusal(criterion, SEGMENT, operator, values)

    assert (code, data["expected"]) == ("filter_values", expected)


@pytest.mark.parametrize(
    ("name", "operator", "value"),
    [
        ("segment", Operator.CONTAINS, Decimal(1)),
        ("segment", Operator.STARTS_WITH, date(2026, 1, 1)),
        ("segment", Operator.LESS, True),
        ("age", Operator.EQUAL, "forty"),
        ("active", Operator.EQUAL, "yes"),
        ("unit", Operator.LESS, "north"),
        ("advisor", Operator.CONTAINS, "anne"),
        ("name", Operator.EQUAL, Decimal(1)),
    ],
)
def test_an_operator_must_go_with_the_attribute_and_the_value(name, operator, value):
    assert refusal(criterion, attribute(name), operator, [value])[0] == "filter_operator"


def test_a_part_alone_stands_for_itself_and_parts_of_one_sort_are_one():
    assert all_of([ONE]) == ONE
    assert all_of([all_of([ONE, ONE]), ONE]) == AllOf((ONE, ONE, ONE))
    assert refusal(any_of, []) == ("filter_empty", {})


def test_a_filter_has_twenty_levels_and_no_more():
    deep = ONE
    for _ in range(19):
        deep = Not(deep)

    assert check_size(deep) is deep
    assert refusal(check_size, Not(deep)) == ("filter_too_deep", {"limit": 20})


def test_a_filter_a_hundred_thousand_deep_is_refused_without_recursion():
    deep = ONE
    for _ in range(100_000):
        deep = Not(deep)

    assert refusal(check_size, deep)[0] == "filter_too_deep"
    while isinstance(deep, Not):
        deep = deep.part  # taken apart from outside, since Python frees it recursively


def test_a_filter_has_two_hundred_criteria_and_ten_thousand_values_and_no_more():
    many = criterion(SEGMENT, Operator.IN, ["x"] * 5_000)

    assert check_size(any_of([ONE] * 200))
    assert check_size(any_of([many, many]))
    assert refusal(check_size, any_of([ONE] * 201))[0] == "filter_too_large"
    assert refusal(check_size, any_of([many, many, ONE]))[0] == "filter_too_large"


CATALOGUE = {"segment": {Kind.TEXT}, "born": {Kind.DATE}, "assets": {Kind.NUMBER, Kind.TEXT}, "odd": set()}


@pytest.mark.parametrize(
    "text",
    [
        'segment = "x" and born > 1980-01-01 and born starts with "198" and assets > 1 and assets = "?"',
        "odd > 1 and odd is empty and segment is empty",
        "age > 4",
    ],
)
def test_what_some_client_has_may_be_asked_for(text):
    check_known(read(text), CATALOGUE)


def test_an_attribute_that_no_client_has_is_refused_with_its_neighbours():
    assert refusal(check_known, read('not (age > 4 or segmant = "x")'), CATALOGUE) == (
        "filter_attribute_unknown",
        {"attribute": "segmant", "nearest": ["segment"]},
    )


@pytest.mark.parametrize(
    ("text", "kind", "kinds"),
    [
        ("segment = 5", "number", ["text"]),
        ("segment > 2026-01-01", "date", ["text"]),
        ("assets = true", "boolean", ["number", "text"]),
    ],
)
def test_a_value_of_a_kind_that_the_attribute_never_has_is_refused(text, kind, kinds):
    code, data = refusal(check_known, read(text), CATALOGUE)

    assert (code, data["kind"], data["kinds"]) == ("filter_kind", kind, kinds)


def test_only_active_clients_are_meant_unless_the_filter_speaks_of_it():
    assert present_only(read("age > 4")) == read("age > 4 and active = true")
    assert present_only(read("age > 4 or not active = true")) == read("age > 4 or not active = true")
