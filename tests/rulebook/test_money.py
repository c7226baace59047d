from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rulebook.errors import Invalid
from shared.rulebook.money import euros, not_negative, parse_money, share_out

AMOUNTS = st.decimals(min_value=0, max_value=10**12, places=2)
WEIGHTS = st.lists(st.one_of(st.integers(0, 10**6), st.decimals(0, 10**6, places=2)), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("value", "amount"),
    [("12", "12.00"), (Decimal("12.5"), "12.50"), (7, "7.00"), ("1.5000", "1.50"), ("-0", "0.00"), ("-3.1", "-3.10")],
)
def test_an_amount_has_exactly_two_decimals(value, amount):
    assert str(euros(value)) == amount


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1.005", "amount_not_exact"),
        ("1.0000000000000000000000000000000000001", "amount_not_exact"),
        ("1e-999999", "amount_not_exact"),
        ("NaN", "amount_invalid"),
        ("Infinity", "amount_invalid"),
        ("ten", "amount_invalid"),
        ("10000000000000000", "amount_too_large"),
        ("-10000000000000000", "amount_too_large"),
        ("1e999999", "amount_too_large"),
    ],
)
def test_what_is_no_exact_amount_is_refused_by_name(value, code):
    with pytest.raises(Invalid) as broken:
        euros(value)

    assert broken.value.code == code


def test_the_largest_amount_of_the_database_is_kept_exactly():
    assert str(euros("9999999999999999.99")) == "9999999999999999.99"


def test_an_amount_below_zero_is_refused_where_it_makes_no_sense():
    with pytest.raises(Invalid) as broken:
        not_negative("-0.01")

    assert broken.value.code == "amount_negative"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,56", "1234.56"),
        ("1\u202f234,56 €", "1234.56"),
        ("1\u00a0234", "1234.00"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234,567", "1234567.00"),
        ("1.234.567,8", "1234567.80"),
        ("12,5", "12.50"),
        ("1234.5", "1234.50"),
        ("1’234.50", "1234.50"),
        ("-12,30", "-12.30"),
        ("−12,30", "-12.30"),
        ("+12", "12.00"),
        ("5,", "5.00"),
    ],
)
def test_money_is_read_as_people_write_it(text, amount):
    assert str(parse_money(text)) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,234", "amount_ambiguous"),
        ("12.345", "amount_ambiguous"),
        ("0,123", "amount_not_exact"),
        ("1234,567", "amount_not_exact"),
        ("1,2,3", "amount_invalid"),
        ("1.23,4.5", "amount_invalid"),
        ("1,23.4,5", "amount_invalid"),
        ("12,34.5", "amount_invalid"),
        ("twelve", "amount_invalid"),
        ("", "amount_invalid"),
        ("1e5", "amount_invalid"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text, code):
    with pytest.raises(Invalid) as broken:
        parse_money(text)

    assert broken.value.code == code


def test_the_cents_left_over_go_to_the_largest_remainders():
    parts = share_out(Decimal("100.00"), [1, 1, 4])

    assert [str(part) for part in parts] == ["16.67", "16.67", "66.66"]


def test_ties_go_in_row_order():
    parts = share_out(Decimal("100.00"), [Decimal("5.00"), 5, 5])

    assert [str(part) for part in parts] == ["33.34", "33.33", "33.33"]


def test_without_any_weight_the_parts_are_equal():
    parts = share_out(Decimal("0.05"), [0, Decimal("0.00")])

    assert [str(part) for part in parts] == ["0.03", "0.02"]


@pytest.mark.parametrize(
    ("total", "weights", "code"),
    [("1.00", [], "nothing_to_share_among"), ("1.00", [1, -1], "weight_negative"), ("-1.00", [1], "amount_negative")],
)
def test_what_cannot_be_shared_is_refused(total, weights, code):
    with pytest.raises(Invalid) as broken:
        share_out(Decimal(total), weights)

    assert broken.value.code == code


@given(total=AMOUNTS, weights=WEIGHTS)
def test_the_parts_always_sum_to_the_total(total, weights):
    assert sum(share_out(total, weights)) == total


@given(total=AMOUNTS, weights=WEIGHTS)
def test_no_part_is_a_cent_away_from_its_exact_share(total, weights):
    parts = share_out(total, weights)

    if any(weights):
        weighed = sum(weights)
        assert all(
            abs(part * weighed - total * weight) < weighed / 100 for part, weight in zip(parts, weights, strict=True)
        )
