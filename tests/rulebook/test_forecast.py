"""The forecast: small cases counted by hand, and intervals that hold what they promise (docs/domain.md, Forecast)."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rulebook.chances import OTHER, STILL, SUCCESS, Spell, Waiting, chain_of
from shared.rulebook.forecast import Forecast, Knowledge, Success, contacts_needed, forecast, too_little
from tests.support.forecast_histories import Coverage, Life, a_campaign, known


def a_spell(place, to, *stays):
    """Stays of so many days, each of a client who weighs 1."""
    return Spell(
        place=place,
        to=to,
        weight=float(len(stays)),
        weight_days=float(sum(stays)),
        squared=float(len(stays)),
        squared_days=float(sum(stays)),
        squared_days_squared=float(sum(days * days for days in stays)),
    )


def test_the_chance_is_what_happens_per_day_day_after_day():
    # 100 days in all, 10 successes and 20 refusals: 10 % and 20 % a day, and 70 % stay.
    chain = chain_of([a_spell(0, SUCCESS, *[4] * 10), a_spell(0, OTHER, *[2] * 20), a_spell(0, STILL, 20)])

    assert chain.chances({0}, 0) == {0: 0.0}
    assert chain.chances({0}, 1)[0] == pytest.approx(0.10)
    assert chain.chances({0}, 2)[0] == pytest.approx(0.10 + 0.70 * 0.10)
    assert chain.chances({0}, 1000)[0] == pytest.approx(1 / 3)


def test_the_way_through_a_further_place_takes_its_days():
    # From place 0 half go on each day; at place 1 half succeed each day.
    chain = chain_of([a_spell(0, 1, 2, 2), a_spell(1, SUCCESS, 2, 2)])

    assert chain.chances({0}, 1)[0] == pytest.approx(0.0)
    assert chain.chances({0}, 2)[0] == pytest.approx(0.25)
    assert chain.chances({0, 1}, 3) == pytest.approx({0: 0.5, 1: 0.875})


def test_a_place_where_nobody_was_seen_yet_takes_the_rates_of_all_places_together():
    chain = chain_of([a_spell(0, 1, 5), a_spell(0, SUCCESS, 5)])

    assert chain.chances({1}, 1)[1] == pytest.approx(0.1)


def test_what_is_expected_is_the_potential_that_succeeds_times_what_a_success_brings():
    success = Success(
        number=2, amount=300.0, weight=600.0, amount_squared=50_000.0, weight_squared=200_000.0, amount_by_weight=1e5
    )
    rich = Knowledge(
        spells=[a_spell(0, SUCCESS, *[4] * 10), a_spell(0, OTHER, *[3] * 20)],
        waiting=[
            Waiting(place=0, days=1, weight=1_000.0, squared=500_000.0),
            Waiting(place=0, days=0, weight=9_000.0, squared=81e6),
        ],
        success=success,
    )

    found = forecast(Decimal("300.00"), 1, [rich, Knowledge()])

    assert found.expected == Decimal("350.00")  # 10 % of 1,000 €, half of which a success brings
    assert found.low < found.expected < found.high
    assert found.low >= Decimal("300.00")
    assert found.chances[0] == pytest.approx(0.1)


def test_clients_without_potential_bring_what_such_clients_brought():
    poor = Knowledge(
        spells=[a_spell(0, SUCCESS, 5, 5)],
        waiting=[Waiting(place=0, days=1, weight=10.0, squared=10.0)],
        success=Success(
            number=2, amount=100.0, weight=2.0, amount_squared=5_000.0, weight_squared=2.0, amount_by_weight=100.0
        ),
    )

    assert forecast(Decimal(0), 1, [Knowledge(), poor]).expected == Decimal("100.00")


def test_with_nobody_left_or_no_days_left_what_is_collected_is_certain():
    lives = [Life(0, 100.0, (), 3, success=True, amount=50.0), Life(0, 100.0)]
    collected = Decimal("50.00")

    nobody = forecast(collected, 10, known(lives[:1], 5, 15))
    no_days = forecast(collected, 0, known(lives, 5, 5))

    assert nobody == Forecast(collected, collected, collected, {})
    assert (no_days.low, no_days.expected, no_days.high) == (collected, collected, collected)


@pytest.mark.parametrize(("conclusions", "successes", "silent"), [(30, 10, False), (29, 29, True), (500, 9, True)])
def test_below_the_floors_nothing_is_said(conclusions, successes, silent):
    assert too_little(conclusions, successes) is silent


@pytest.mark.parametrize(
    ("remaining", "collected", "contacts", "needed"),
    [("250000", "100000", 400, 1000), ("0", "100000", 400, 0), ("1", "3", 1, 1), ("100", "0", 40, None)],
)
def test_contacts_go_by_what_one_has_brought_so_far(remaining, collected, contacts, needed):
    assert contacts_needed(Decimal(remaining), Decimal(collected), contacts) == needed


def test_a_sample_of_half_the_clients_says_the_same_of_all():
    lives = a_campaign(Random(5), 600, 90)  # noqa: S311  the same in every run
    half = known(lives[::2], 45, 90)

    alone, for_all = (forecast(Decimal(0), 45, [replace(known, scale=scale) for known in half]) for scale in (1.0, 2.0))

    assert float(for_all.expected) == pytest.approx(2 * float(alone.expected))
    # Chance evens out over twice the clients; what is not known of the rates does not.
    assert 1.4 < (for_all.high - for_all.low) / (alone.high - alone.low) < 2.0


@given(st.integers(0, 10_000), st.integers(0, 90), st.integers(1, 60))
def test_probabilities_are_probabilities_and_more_days_bring_more(seed, today, days):
    lives = a_campaign(Random(seed), 30, 90)  # noqa: S311  no secret
    kinds = known(lives, today, 90)
    chain = chain_of(kinds[0].spells)
    places = {client.place for client in kinds[0].waiting}

    sooner, later = chain.chances(places, days), chain.chances(places, days + 1)

    assert all(0.0 <= sooner[place] <= later[place] <= 1.0 + 1e-9 for place in places)
    found = forecast(Decimal(0), 90 - today, kinds)
    assert Decimal(0) <= found.low <= found.high


@pytest.mark.parametrize(
    ("today", "clients", "made"),
    [
        (45, 300, {}),
        (30, 300, {}),
        (45, 120, {}),
        (45, 300, {"favour": 1.6}),
        (45, 300, {"spread": 1.6}),
        (48, 300, {"free": (5, 6)}),
    ],
)
def test_eighty_of_a_hundred_intervals_hold_what_is_then_collected(today, clients, made):
    """Campaigns with known rates, 150 of each kind: 80 of 100, give or take two standard errors and the few clients.

    The last kind rests at weekends, on one of which the forecast is made.
    """
    random, coverage = Random(today + clients), Coverage()  # noqa: S311  the same in every run
    for _ in range(150):
        coverage.add(a_campaign(random, clients, 90, **made), today, 90)

    assert 0.72 <= coverage.share <= 0.88
    assert abs(coverage.bias) < 0.05
    assert coverage.silent < 75


def test_an_interval_from_half_the_clients_would_not_hold():
    """The test of calibration can fail: spreads of half their width hold far fewer."""
    random, narrow = Random(45 + 300), Coverage()  # noqa: S311  the same in every run
    for _ in range(60):
        lives = a_campaign(random, 300, 90)
        held = sum(life.amount for life in lives if life.ends is not None and life.ends <= 45)
        truth = sum(life.amount for life in lives)
        said = forecast(Decimal(round(held, 2)), 45, known(lives, 45, 90))
        middle = replace(said, low=(said.low + said.expected) / 2, high=(said.high + said.expected) / 2)
        narrow.inside += float(middle.low) <= truth <= float(middle.high)
        narrow.below += not float(middle.low) <= truth <= float(middle.high)

    assert narrow.share < 0.70
