"""What a client found by a query enters a campaign with."""

from decimal import Decimal

import pytest

from shared.rulebook.errors import Invalid
from shared.rulebook.query_targeting import check_percent, potential_from


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
