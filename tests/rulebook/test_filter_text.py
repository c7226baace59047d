"""The readable form of a filter: read, written, and refused with the place of the mistake."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rulebook.errors import Invalid
from shared.rulebook.filter_text import read, read_attribute, write, write_attribute
from shared.rulebook.filters import AllOf, AnyOf, Not, Operator, attribute, criterion
from tests.support.filters import filters

SEGMENT, AGE, ASSETS = map(attribute, ("segment", "age", "assets"))


def test_and_binds_closer_than_or_and_not_closest():
    premium = criterion(SEGMENT, Operator.EQUAL, ["Premium"])
    old = criterion(AGE, Operator.AT_LEAST, [Decimal(45)])
    poor = criterion(ASSETS, Operator.LESS, [Decimal(10_000)])

    assert read('segment = "Premium" and (age >= 45 or not assets < 10000)') == AllOf(
        (premium, AnyOf((old, Not(poor))))
    )
    assert read('segment = "Premium" and age >= 45 or not assets < 10000') == AnyOf((AllOf((premium, old)), Not(poor)))


@pytest.mark.parametrize(
    ("text", "operator", "values"),
    [
        ("x = 1", Operator.EQUAL, [Decimal(1)]),
        ("x <> 1.50", Operator.DIFFERENT, [Decimal("1.5")]),
        ("x ≠ 1", Operator.DIFFERENT, [Decimal(1)]),
        ("x≤-0.5", Operator.AT_MOST, [Decimal("-0.5")]),
        ("x ≥ 2026-11-24", Operator.AT_LEAST, [date(2026, 11, 24)]),
        ("x IN (true,false)", Operator.IN, [True, False]),
        ('x Between "a" and "b"', Operator.BETWEEN, ["a", "b"]),
        ('x contains "say ""hi"""', Operator.CONTAINS, ['say "hi"']),
        ('x\n starts\twith\u00a0"and"', Operator.STARTS_WITH, ["and"]),
        ("x is empty", Operator.IS_EMPTY, []),
        ("x < 9999-12-31", Operator.LESS, [date(9999, 12, 31)]),
    ],
)
def test_every_operator_can_be_written(text, operator, values):
    assert read(text) == criterion(attribute("x"), operator, values)


def test_not_may_stand_inside_where_people_say_it():
    assert read("x not in (1) and x is not empty") == read("not x in (1) and not x is empty")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("segment", "segment"),
        ("Code postal", "[Code postal]"),
        ("and", "[and]"),
        ("Größe", "Größe"),
        ("a]b[", "[a]]b[]"),
        ("2nd", "[2nd]"),
    ],
)
def test_an_attribute_is_written_bare_or_in_brackets(name, written):
    assert write_attribute(attribute(name)) == written
    assert read_attribute(written) == attribute(name)


def test_in_brackets_it_is_always_the_crms():
    assert read_attribute("[age]") == attribute("age", crm=True)
    assert write_attribute(attribute("age", crm=True)) == "[age]"


@given(filters())
def test_what_is_written_is_read_back(whole):
    assert read(write(whole)) == whole


@given(st.text(max_size=60) | st.text(alphabet='ab ()[]"=<!,.-0123456789andortin', max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(Invalid):
        whole = read(text)
        assert read(write(whole)) == whole


@pytest.mark.parametrize(
    ("text", "position", "expected", "found"),
    [
        ("", 1, "attribute, not, (", ""),
        ("segment", 8, "=, !=, <, <=, >, >=, in, between, contains, starts with, is empty", ""),
        ("segment = ", 11, 'value: "text", 12.5, 2026-11-24, true or false', ""),
        ("(age > 1", 9, "and, or, )", ""),
        ("age > 1 )", 9, "and, or, end of the filter", ")"),
        ('age > 1 segment = "x"', 9, "and, or, end of the filter", "segment"),
        ('segment = "x', 11, 'closing "', '"x'),
        ("[segment = 1", 1, "closing ]", "[segment = 1"),
        ("x in 5", 6, "(", "5"),
        ("x in (5", 8, "comma, )", ""),
        ("x between 1 or 2", 13, "and", "or"),
        ("x starts 5", 10, "with", "5"),
        ("x = 2026-13-45", 5, "a day of the calendar", "2026-13-45"),
        ("x = 1; drop table clients", 6, "attribute, operator or value", "; drop table clients"),
        ("x = 'a'", 5, "attribute, operator or value", "'a'"),
        ("x = \0", 5, "attribute, operator or value", "\ufffd"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_would_be_right(text, position, expected, found):
    with pytest.raises(Invalid) as refused:
        read(text)

    assert refused.value.code == "filter_unreadable"
    assert refused.value.data == {"position": position, "expected": expected, "found": found}


def test_a_wrong_criterion_is_told_with_its_place():
    with pytest.raises(Invalid) as refused:
        read('segment = "x" and age = "old"')

    assert (refused.value.code, refused.value.data["position"]) == ("filter_operator", 19)


@pytest.mark.parametrize("text", ["not " * 100_000 + "x = 1", "(" * 100_000 + "x = 1" + ")" * 100_000])
def test_a_text_that_nests_a_hundred_thousand_deep_is_refused(text):
    with pytest.raises(Invalid) as refused:
        read(text)

    assert refused.value.code == "filter_too_deep"


def test_a_text_of_a_megabyte_is_refused():
    with pytest.raises(Invalid) as refused:
        read("x" * 1_000_000)

    assert refused.value.code == "filter_too_long"
