"""The forecast on the real clients, balances and outcomes of the sample, drawn into campaigns: does the interval hold?

The file tells how often each client was contacted and whether it subscribed, not on which days: those are drawn, a week
between two contacts in the mean. Everything else is as it was.
"""

import csv
from pathlib import Path
from random import Random

import pytest

from tests.support.forecast_histories import Coverage, Life

REAL = Path(__file__).parents[3] / "shared" / "data" / "bank-marketing-sample.csv"
PLACES = 8


@pytest.fixture(scope="module")
def clients():
    if not REAL.exists():
        pytest.skip("the real file is not beside the repository")
    with REAL.open(encoding="utf-8") as file:
        return [(max(0, int(row["balance"])), int(row["campaign"]), row["y"] == "yes") for row in csv.DictReader(file)]


def a_life(random, balance, contacts, subscribed):
    entry = random.randrange(40)
    day, days = entry - 1, []
    for _ in range(contacts):
        day += 1 + int(random.expovariate(1 / 7))
        days.append(day)
    steps = tuple((place, on) for place, on in enumerate(days[:-1][:PLACES], 1))
    return Life(entry, float(balance), steps, days[-1], subscribed, float(balance) if subscribed else 0.0)


@pytest.mark.parametrize(("size", "today", "last"), [(450, 25, 60), (450, 30, 90), (225, 40, 60)])
def test_the_interval_holds_in_about_eighty_of_a_hundred_campaigns_of_real_clients(clients, size, today, last):
    random, coverage = Random(1), Coverage()  # noqa: S311  the same in every run
    for _ in range(100):
        drawn = random.sample(clients, size)
        coverage.add([a_life(random, *client) for client in drawn], today, last)

    assert 0.70 <= coverage.share <= 0.90, coverage
    assert abs(coverage.bias) < 0.15, coverage
