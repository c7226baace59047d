"""A filter crosses a process as a tagged tree and comes back as it was."""

import json
from decimal import Decimal

import pytest
from hypothesis import given

from shared.contracts.filters import filter_of, json_of
from shared.rulebook.errors import Invalid
from shared.rulebook.filter_text import read
from tests.support.filters import filters


@given(filters())
def test_what_is_sent_is_received(whole):
    assert filter_of(json.loads(json.dumps(json_of(whole)))) == whole


def test_an_amount_keeps_every_cent():
    tree = json.loads(json.dumps(json_of(read("assets = 9007199254740993.01"))))

    assert filter_of(tree).values == (Decimal("9007199254740993.01"),)


def test_the_crms_attribute_under_one_of_our_names_stays_the_crms():
    assert json_of(read("[unit] is empty")) == {
        "kind": "criterion",
        "attribute": "unit",
        "crm": True,
        "operator": "is_empty",
    }


def a_criterion(**changes):
    return {"kind": "criterion", "attribute": "a", "operator": "=", "values": [1]} | changes


@pytest.mark.parametrize(
    ("tree", "place"),
    [
        (None, ""),
        (5, ""),
        ({}, ""),
        ({"kind": "and", "parts": []}, ""),
        ({"kind": "not"}, "part"),
        ({"kind": "not", "part": a_criterion(extra=1)}, "part"),
        ({"kind": "all_of", "parts": [a_criterion(), a_criterion(operator="~")]}, "parts.1.operator"),
        (a_criterion(values=[1, None]), "values.1"),
        (a_criterion(values=[{"number": "1e4"}]), "values.0"),
        (a_criterion(values="abc"), "values"),
    ],
)
def test_a_tree_that_is_none_is_refused_with_its_place(tree, place):
    with pytest.raises(Invalid) as refused:
        filter_of(tree)

    assert (refused.value.code, refused.value.data["place"]) == ("filter_shape", place)


@pytest.mark.parametrize("number", [0.1 + 0.2, float("nan"), float("inf"), 10**400])
def test_a_number_that_json_does_not_keep_exactly_is_refused(number):
    with pytest.raises(Invalid) as refused:
        filter_of(a_criterion(values=[number]))

    assert refused.value.code == "filter_value"


@pytest.mark.parametrize("depth", [20, 1_000, 100_000])
def test_a_tree_that_nests_too_deep_is_refused_before_anything_recurses(depth):
    tree = a_criterion()
    for _ in range(depth):
        tree = (
            {"kind": "any_of", "parts": [tree, a_criterion(operator="<")]} if _ % 2 else {"kind": "not", "part": tree}
        )

    with pytest.raises(Invalid) as refused:
        filter_of(tree)

    assert refused.value.code == "filter_too_deep"
