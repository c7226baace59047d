from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from shared.rulebook.indicators import Days, Rate, days_of, two_decimals
from tests.rulebook.builders import END, START


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [
        (2, 3, "66.67"),
        (1, 3, "33.33"),
        (0, 5, "0.00"),
        (5, 4, "125.00"),
        (1, 800, "0.13"),
        (Decimal("0.01"), Decimal("400000.00"), "0.00"),
        (1, Fraction(3, 2), "66.67"),
    ],
)
def test_a_rate_is_shown_in_per_cent_with_two_decimals_half_up(numerator, denominator, percent):
    assert Rate(numerator, denominator).percent == percent


@pytest.mark.parametrize("denominator", [0, Decimal("0.00"), Fraction(0)])
def test_no_denominator_no_rate(denominator):
    assert Rate(3, denominator).percent is None


def test_the_terms_of_a_rate_stay_beside_it():
    assert (Rate(7, 8).numerator, Rate(7, 8).denominator) == (7, 8)


@pytest.mark.parametrize(("number", "shown"), [(Fraction(1, 200), "0.01"), (Fraction(-1, 200), "-0.01"), (7, "7.00")])
def test_halves_go_away_from_zero(number, shown):
    assert str(two_decimals(number)) == shown


@pytest.mark.parametrize(
    ("today", "elapsed", "remaining"),
    [
        (date(2026, 2, 28), 0, 61),
        (START, 1, 60),
        (date(2026, 4, 20), 51, 10),
        (END, 61, 0),
        (date(2026, 6, 1), 61, 0),
    ],
)
def test_days_are_counted_with_both_ends(today, elapsed, remaining):
    days = days_of(START, END, today)

    assert (days, days.remaining) == (Days(elapsed, 61), remaining)
