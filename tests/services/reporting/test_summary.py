"""The summary: charts in both languages, each with its table, and the pace over time."""

from datetime import date
from decimal import Decimal

import pytest

from services.reporting.ports.listing import Wanted
from services.reporting.ports.reading import Scope
from services.reporting.use_cases.figures import indicators_of, read_campaigns
from services.reporting.use_cases.pace_curve import pace_curve
from services.reporting.use_cases.steps import read_steps
from services.reporting.writers.summary import charts_of
from shared.rulebook.commands import CompleteStep, Conclude
from shared.rulebook.follow_up import ConclusionKind
from tests.support.stories_reporting import CALL, CAMPAIGN, CHLOE, READERS, a_definition, facts_of, lived

PLAN = a_definition().plan()
DAY = date(2026, 11, 20)


def sold(on, amount, client, **choice):
    sale = Conclude(ConclusionKind.SALE, on, Decimal(amount))
    return facts_of(lived(PLAN, CompleteStep(CALL), sale, on=on, **choice), client=client)


@pytest.fixture
async def told(tell):
    facts = [
        *sold(date(2026, 10, 10), "150000.00", "one"),
        *sold(date(2026, 11, 1), "50000.00", "two", advisor=CHLOE),
        *facts_of(lived(PLAN, CompleteStep(CALL)), client="open"),
    ]
    await tell([a_definition(end_date=date(2026, 11, 30))], facts)


async def curve(readings, reader):
    async with readings.listing() as (figures, rows):
        campaigns = await read_campaigns(figures, Scope(reader), DAY)
        wanted = Wanted(scope=Scope(reader), campaign_ids=[CAMPAIGN], today=DAY)
        return {
            point.day: point for point in pace_curve(campaigns, await rows.collected_by_day(wanted), DAY)
        }, indicators_of(campaigns)


async def test_the_pace_runs_from_the_first_day_to_today_and_ends_at_the_figures_of_the_notice(readings, told):
    points, found = await curve(readings, READERS["all"])

    assert (min(points), max(points), len(points)) == (date(2026, 10, 1), DAY, 51)
    assert (points[date(2026, 10, 9)].collected, points[date(2026, 10, 10)].collected) == (0, Decimal("150000.00"))
    assert (points[DAY].collected, points[DAY].expected) == (found.collected, Decimal("334426.23"))
    assert found.pace.percent == "59.80"


async def test_nobody_sees_the_curve_of_others(readings, told):
    points, _ = await curve(readings, READERS["south"])

    assert (points[date(2026, 10, 31)].collected, points[DAY].collected) == (0, Decimal("50000.00"))


async def test_each_chart_speaks_both_languages_with_direct_labels_and_few_colours(readings, told):
    async with readings.listing() as (figures, _):
        funnel = await read_steps(figures, Scope(READERS["all"]), CAMPAIGN, DAY)
    points, found = await curve(readings, READERS["all"])

    french, english = (charts_of(found, funnel, list(points.values()), language) for language in ("fr", "en"))

    assert french.keys() == english.keys() == {"money", "progress", "clients_by_result", "steps", "pace"}
    assert "Collecté 200" in french["money"].alt.replace("\u202f", " ")
    assert "Collected €200,000.00" in english["money"].alt
    assert "expected" in english["pace"].alt.lower()
    for chart in (*french.values(), *english.values()):
        assert chart.option["aria"] == {"enabled": True, "label": {"description": chart.alt}}
        assert len(chart.option.get("color", ())) <= 5


async def test_without_a_target_there_is_no_pace_to_draw(readings, tell):
    await tell([a_definition(target=None, shares=())], sold(date(2026, 10, 10), "10.00", "one"))

    points, found = await curve(readings, READERS["all"])

    assert (points, found.pace.percent) == ({}, None)
    assert "pace" not in charts_of(found, None, [], "fr")
