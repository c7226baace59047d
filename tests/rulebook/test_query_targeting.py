"""What a client found by a query enters a campaign with."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rulebook.errors import Invalid
from shared.rulebook.query_targeting import check_percent, potential_from, spread_order

START = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("number", "percent", "potential"),
    [
        ("10000", "10", "1000.00"),
        ("0.05", "10", "0.01"),
        ("0.04", "10", "0.00"),
        ("12345.67", "33.3", "4111.11"),
        ("1000000000000000", "100", "1000000000000000.00"),
        ("-5", "10", "0.00"),
        (None, "10", "0.00"),
    ],
)
def test_a_potential_is_so_many_per_cent_of_the_number_half_up(number, percent, potential):
    held = None if number is None else Decimal(number)

    assert str(potential_from(held, Decimal(percent))) == potential


@pytest.mark.parametrize("percent", ["0", "-1", "100.01", "NaN", "1e400"])
def test_a_per_cent_lies_above_0_and_up_to_100(percent):
    with pytest.raises(Invalid) as refused:
        check_percent(Decimal(percent))

    assert refused.value.code == "percent_out_of_range"


def test_the_first_clients_of_an_advisor_enter_far_apart():
    days = [START + timedelta(number) for number in range(8)]

    assert [day.day for day in spread_order(days)] == [1, 5, 3, 7, 2, 6, 4, 8]


@given(st.integers(1, 70), st.integers(0, 200))
def test_whatever_their_number_two_days_differ_by_one_client_at_most(number_of_days, clients):
    order = spread_order([START + timedelta(number) for number in range(number_of_days)])
    loads = Counter(dict.fromkeys(order, 0))
    loads.update(islice((order[place % len(order)] for place in range(clients)), clients))

    assert len(set(order)) == number_of_days
    assert all(abs(one - other) <= 1 for one, other in combinations(loads.values(), 2))
