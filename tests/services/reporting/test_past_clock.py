"""When a day ends, in any zone and on the days of clock changes; facts that come late, twice or not at all."""

from datetime import date, timedelta

import pytest

from shared.rulebook.commands import CompleteStep
from tests.support.past_reporting import at, life, sale
from tests.support.stories_reporting import CALL, MEETING, a_definition


@pytest.mark.parametrize(
    ("recorded_at", "zone", "last_without"),
    [
        (at("2026-10-24", 21, 59), "Europe/Paris", "2026-10-23"),
        (at("2026-10-24", 22, 0), "Europe/Paris", "2026-10-24"),
        (at("2026-10-25", 22, 59), "Europe/Paris", "2026-10-24"),  # a day of 25 hours
        (at("2026-10-25", 23, 0), "Europe/Paris", "2026-10-25"),
        (at("2026-03-28", 22, 59), "Europe/Paris", "2026-03-27"),
        (at("2026-03-28", 23, 0), "Europe/Paris", "2026-03-28"),  # a day of 23 hours begins
        (at("2026-03-29", 21, 59), "Europe/Paris", "2026-03-28"),
        (at("2026-03-29", 22, 0), "Europe/Paris", "2026-03-29"),
        (at("2026-10-24", 22, 0), "UTC", "2026-10-23"),
        (at("2026-10-24", 22, 0), "Pacific/Auckland", "2026-10-24"),
        (at("2026-10-24", 11, 0), "Pacific/Auckland", "2026-10-24"),
        (at("2026-10-24", 10, 59), "Pacific/Auckland", "2026-10-23"),
        (at("2026-10-24", 22, 0), "America/Anchorage", "2026-10-23"),
    ],
)
async def test_a_day_ends_at_midnight_of_the_deployment_on_days_of_any_length(
    past, of_one, recorded_at, zone, last_without
):
    definition = a_definition(start_date=date(2026, 1, 1), saved_at=at("2026-01-02"), created_at=at("2026-01-02"))
    await past(*life(targeted_at=recorded_at, entry="2026-01-03"), definitions=[definition])

    first_with = (date.fromisoformat(last_without) + timedelta(days=1)).isoformat()

    assert (await of_one(last_without, zone=zone))[0] == 0
    assert (await of_one(first_with, zone=zone))[0] == 1


async def test_another_zone_set_later_moves_days_of_recording_and_none_of_happening(past, of_one):
    await past(*life((sale("2026-10-10"), at("2026-10-10", 21, 30)), targeted_at=at("2026-10-02")))

    assert await of_one("2026-10-10", zone="Europe/Paris") == (1, "100.00")
    assert await of_one("2026-10-10", zone="Asia/Tokyo") == (1, "0.00")
    assert await of_one("2026-10-10", "happened", zone="Asia/Tokyo") == (1, "100.00")


@pytest.mark.parametrize("axis", ["recorded", "happened"])
async def test_facts_twice_late_and_in_no_order_give_the_same_and_a_gap_the_state_above_it(past, real, axis, of_one):
    first, call, meeting, sold = life(
        (CompleteStep(CALL), at("2026-10-05")),
        (CompleteStep(MEETING), at("2026-10-06")),
        (sale("2026-10-07"), at("2026-10-07")),
    )
    await past(sold, sold, meeting)

    gap = [await of_one(day, axis) for day in ("2026-10-05", "2026-10-06", "2026-10-07")]
    await real.hear(call, first, call)
    whole = [await of_one(day, axis) for day in ("2026-10-05", "2026-10-06", "2026-10-07")]

    assert gap == [(0, "0.00"), (1, "0.00"), (1, "100.00")]
    assert whole == [(1, "0.00"), (1, "0.00"), (1, "100.00")]
