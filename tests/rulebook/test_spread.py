"""Entry dates spread over a campaign: evenly per advisor, the highest potential first, never outside."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rulebook.errors import Refused
from shared.rulebook.spread import Spreading, entry_days, load_by_week, spread

MONDAY = date(2026, 5, 4)
SUNDAY = date(2026, 5, 10)
FAR = date(2026, 1, 1)


class Weekdays:
    """Nobody works on Saturdays and Sundays, nor on 8 May."""

    def is_working(self, day):
        return day.weekday() < 5 and day != date(2026, 5, 8)


def clients_of(**potentials):
    return [Spreading(name, "anne", Decimal(potential)) for name, potential in potentials.items()]


def test_as_many_clients_as_days_enter_one_a_day_the_highest_potential_first():
    days = entry_days(MONDAY, date(2026, 5, 6), FAR, None)

    chosen = spread(clients_of(low=1, high=3, middle=2), days)

    assert chosen == {"high": MONDAY, "middle": date(2026, 5, 5), "low": date(2026, 5, 6)}


def test_fewer_clients_than_days_leave_gaps_of_the_same_length():
    days = entry_days(MONDAY, SUNDAY, FAR, None)

    chosen = spread(clients_of(a=2, b=1), days)

    assert chosen == {"a": MONDAY, "b": date(2026, 5, 7)}


def test_days_are_working_days_where_a_calendar_says_which():
    assert entry_days(MONDAY, SUNDAY, FAR, Weekdays()) == tuple(date(2026, 5, day) for day in (4, 5, 6, 7))
    assert len(entry_days(MONDAY, SUNDAY, FAR, None)) == 7


def test_a_campaign_without_a_working_day_left_takes_the_days_it_has():
    saturday = date(2026, 5, 9)

    assert entry_days(MONDAY, SUNDAY, saturday, Weekdays()) == (saturday, SUNDAY)


def test_nobody_enters_before_today_or_after_the_end():
    assert entry_days(MONDAY, SUNDAY, date(2026, 5, 9), None)[0] == date(2026, 5, 9)
    with pytest.raises(Refused) as refused:
        entry_days(MONDAY, SUNDAY, date(2026, 5, 11), None)
    assert refused.value.code == "campaign_ended"


def test_the_load_is_counted_by_week_and_advisor():
    clients = [*clients_of(a=1, b=2), Spreading("c", "louis", Decimal(0))]
    chosen = {"a": SUNDAY, "b": MONDAY, "c": date(2026, 5, 11)}

    assert load_by_week(clients, chosen) == {MONDAY: {"anne": 2}, date(2026, 5, 11): {"louis": 1}}


portfolios = st.lists(
    st.builds(
        Spreading,
        client_id=st.uuids().map(str),
        advisor_id=st.sampled_from(["anne", "louis", "vera"]),
        potential=st.decimals(0, 10**6, places=2),
    ),
    max_size=60,
    unique_by=lambda client: client.client_id,
)


@given(portfolios, st.integers(1, 40), st.booleans())
def test_loads_differ_by_one_at_most_dates_lie_within_and_nobody_is_before_a_higher_potential(clients, length, works):
    end = MONDAY + timedelta(days=length - 1)
    days = entry_days(MONDAY, end, FAR, Weekdays() if works else None)

    chosen = spread(clients, days)

    assert chosen.keys() == {client.client_id for client in clients}
    assert set(chosen.values()) <= set(days)
    assert all(MONDAY <= day <= end for day in chosen.values())
    for advisor in {client.advisor_id for client in clients}:
        own = [client for client in clients if client.advisor_id == advisor]
        load = Counter(chosen[client.client_id] for client in own)
        assert max(load.values()) - min(load.get(day, 0) for day in days) <= 1
        by_day = sorted(own, key=lambda client: chosen[client.client_id])
        for one, other in pairwise(by_day):
            assert chosen[one.client_id] == chosen[other.client_id] or one.potential >= other.potential


@given(portfolios, st.integers(1, 40))
def test_the_order_of_the_call_does_not_matter(clients, length):
    days = entry_days(MONDAY, MONDAY + timedelta(days=length - 1), FAR, None)

    assert spread(clients, days) == spread(list(reversed(clients)), days)
