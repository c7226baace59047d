"""The list, the tree's clients and their files as of a past day: each follow-up as it was, names by today's rights."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError

from services.reporting.ports.listing import Column, Order, Wanted
from services.reporting.ports.reading import AsOf, Axis, Scope
from services.reporting.tables import follow_ups
from shared.contracts.campaign import StepDefinition
from shared.rulebook.commands import CompleteStep
from tests.services.reporting.test_export_lists import LIST, TREE, client, taken
from tests.support.past_reporting import amended, at, life, moved, sale
from tests.support.stories_reporting import (
    ANNE,
    CALL,
    CAMPAIGN,
    LILLE,
    NICE,
    READERS,
    a_definition,
    a_reader,
)

__all__ = ["client"]
SOLD = life(
    (CompleteStep(CALL), at("2026-10-06")),
    (sale("2026-10-10"), at("2026-10-10")),
    (amended("2026-10-10", "250.00"), at("2026-11-05")),
)
SEEN = ("state", "collected", "step_number", "concluded_on", "last_activity")


@pytest.mark.parametrize(
    ("as_of", "axis", "expected"),
    [
        ("2026-10-05", "recorded", ("OPEN", "0.00", 1, None, None)),
        ("2026-10-09", "happened", ("OPEN", "0.00", 2, None, "2026-10-06T12:00:00Z")),
        ("2026-10-31", "recorded", ("CONCLUDED", "100.00", 2, "2026-10-10", "2026-10-10T12:00:00Z")),
        ("2026-10-31", "happened", ("CONCLUDED", "250.00", 2, "2026-10-10", "2026-10-10T12:00:00Z")),
        ("2026-11-05", "recorded", ("CONCLUDED", "250.00", 2, "2026-10-10", "2026-11-05T12:00:00Z")),
    ],
)
async def test_a_row_is_the_follow_up_as_it_was(asks, past, as_of, axis, expected):
    await past(*SOLD)

    page = await asks("/clients", as_of=as_of, axis=axis)

    assert (page["as_of"], page["total"], page["selection"]) == (as_of, 1, None)
    assert tuple(page["rows"][0][name] for name in SEEN) == expected


async def test_before_the_client_came_there_is_no_row_and_ahead_no_list(asks, past):
    await past(*SOLD)

    before = await asks("/clients", as_of="2026-10-01")
    ahead = await asks("/clients", 422, as_of="2026-11-25")

    assert (before["rows"], before["total"]) == ([], 0)
    assert ahead["code"] == "as_of_in_future"


async def test_the_unit_is_that_of_then_and_the_name_shown_by_the_reach_of_today(asks, past):
    await past(*SOLD, moves=[(moved(ANNE, NICE), at("2026-11-03"))])

    before, after = [await asks("/clients", as_of=day, sort="unit") for day in ("2026-11-02", "2026-11-03")]
    north, gone = [await asks("/clients", as_of=day, reader=READERS["north"]) for day in ("2026-11-02", "2026-11-03")]

    assert [page["rows"][0]["unit_id"] for page in (before, after)] == [LILLE, NICE]
    assert before["rows"][0]["client_name"] == "C"
    assert [(row["unit_id"], row["client_name"], row["follow_up_id"]) for row in north["rows"]] == [(LILLE, None, None)]
    assert gone["rows"] == []


async def test_the_campaign_is_told_by_its_definition_of_then(asks, past):
    first = a_definition()
    renamed = [
        StepDefinition(**{**step.model_dump(), "title": f"New {step.title}"}) if step.id == CALL else step
        for step in first.steps
    ]
    second = a_definition(steps=tuple(renamed), name="Renamed", saved_at=at("2026-10-20"))
    await past(*life(), definitions=[first, second.model_copy(update={"version": 2})])

    then, now = [(await asks("/clients", as_of=day))["rows"][0] for day in ("2026-10-19", "2026-10-20")]

    title = next(step.title for step in first.steps if step.id == CALL)
    assert (then["campaign_name"], then["step_title"], then["steps"]) == ("Retraite", title, len(first.steps))
    assert (now["campaign_name"], now["step_title"]) == ("Renamed", f"New {title}")


async def test_the_clients_of_a_tree_stand_where_they_stood(asks, past):
    await past(*SOLD)
    asked = {"by": "campaign,client", "parent": f"campaign:{CAMPAIGN}", "as_of": "2026-10-31"}

    recorded, happened = [(await asks("/tree", **asked, axis=axis))["nodes"] for axis in ("recorded", "happened")]

    assert [(node["name"], node["accepted"], node["collected"]) for node in recorded] == [("C", 1, "100.00")]
    assert [(node["name"], node["accepted"], node["collected"]) for node in happened] == [("C", 1, "250.00")]


async def test_reading_a_past_day_writes_nothing_else(readings, past):
    await past(*SOLD)
    day = AsOf(date(2026, 10, 31), Axis.RECORDED, at("2026-10-31", 23))

    async with readings.listing(day) as (_, rows):
        await rows.count(Wanted(scope=Scope(a_reader()), campaign_ids=[CAMPAIGN], today=day.day), 10)
        with pytest.raises(DBAPIError, match="read-only"):
            await rows._connection.execute(delete(follow_ups))


async def test_the_files_of_a_past_day_have_the_rows_of_then(client, a_runner, readings):
    day = AsOf(date(2026, 11, 15), Axis.HAPPENED, at("2026-11-15", 23))
    async with readings.listing(day) as (_, found):
        wanted = Wanted(scope=Scope(a_reader()), campaign_ids=[CAMPAIGN], today=day.day)
        rows, _ = await found.page(wanted, Order(Column.CLIENT), None, 200)
    of_day = {"as_of": "2026-11-15", "axis": "happened"}

    listed, sheet, about = await taken(client, a_runner, LIST | of_day)
    nested, tree, _ = await taken(client, a_runner, TREE | of_day | {"tree": {"sort": "conversion_rate"}})

    told = list(sheet.iter_rows(min_row=2, max_row=len(rows) + 1, values_only=True))
    leaves = [row for row in tree.iter_rows(min_row=2, values_only=True) if row[1] == "Client"]
    assert 0 < len(rows) == listed["rows"] == nested["rows"] == len(leaves)
    assert [(row[0], row[12]) for row in told] == [(one.client_name or "–", float(one.collected)) for one in rows]
    assert sorted(row[0] for row in leaves) == sorted(one.client_name or "–" for one in rows)
    assert about["Lignes"] == str(len(rows))
    assert [row[7] for row in tree.iter_rows(min_row=2, values_only=True) if row[0] == "Advisor 0"] == [100_000]


@pytest.mark.parametrize(
    ("as_of", "axis", "expected"),
    [
        ("2026-10-09", "recorded", ["0.00", "0.00", "0.00"]),
        ("2026-10-31", "recorded", ["0.00", "100.00", "0.00"]),
        ("2026-10-31", "happened", ["0.00", "250.00", "0.00"]),
        ("2026-11-05", "recorded", ["0.00", "250.00", "0.00"]),
    ],
)
async def test_the_pace_over_time_ends_on_the_day_with_what_was_known_of_it(asks, past, as_of, axis, expected):
    await past(*SOLD, *life((sale("2026-11-10"), at("2026-11-10")), name="later"))

    told, of_others = [
        await asks("/summary", as_of=as_of, axis=axis, campaign_id=CAMPAIGN, reader=READERS[reader])
        for reader in ("all", "south")
    ]

    collected = {point["day"]: point["collected"] for point in told["pace"]}
    assert (min(collected), max(collected)) == ("2026-10-01", as_of)
    assert [collected["2026-10-09"], collected[as_of], of_others["pace"][-1]["collected"]] == expected
    assert collected[as_of] == told["figures"]["collected"]
    assert told["pace"][-1]["expected"] == str(round(Decimal(told["figures"]["pace"]["denominator"]), 2))
    assert "pace" in {chart["name"] for chart in told["charts"]}
