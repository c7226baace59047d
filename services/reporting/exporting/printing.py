"""The editions: read at once, then set without the database."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from services.reporting.exporting.making import Making
from services.reporting.ports.exporting import What
from services.reporting.ports.listing import FollowUpRows
from services.reporting.ports.reading import Figures
from services.reporting.use_cases.breakdown import BrokenDownBy, read_breakdown
from services.reporting.use_cases.figures import indicators_of, read_campaigns
from services.reporting.use_cases.pace_curve import read_pace
from services.reporting.use_cases.seeing import visible_campaigns
from services.reporting.use_cases.steps import read_advisor_steps, read_steps
from services.reporting.writers.about import About
from services.reporting.writers.blocks import Edition
from services.reporting.writers.charts import Charts, ChartsAbsentError
from services.reporting.writers.editions import Summary, write_results, write_steps, write_summary
from services.reporting.writers.summary import charts_of
from shared.rulebook.errors import Invalid

Read = tuple[Figures, FollowUpRows]
"""Figures and single follow-ups, of one moment."""
Writing = Callable[[], None]
"""What is left to do once all is read and the database is let go."""


async def _summary(making: Making, read: Read, about: About, path: Path) -> Writing:
    (figures, listed), wish = read, making.order.wish
    campaigns = await read_campaigns(
        figures, making.scope, making.day, campaign_id=wish.campaign_id, statuses=wish.statuses
    )
    funnel = None
    if wish.campaign_id is not None and campaigns:
        funnel = await read_steps(figures, making.scope, wish.campaign_id, making.day)
    points = await read_pace(listed, making.scope, campaigns, making.day)
    found = indicators_of(campaigns)
    summary = Summary(found, funnel, charts_of(found, funnel, points, wish.language), points)

    def write() -> None:
        with ExitStack() as stack:
            try:
                charts = stack.enter_context(Charts())
            except ChartsAbsentError:
                charts = None
            edition = Edition(about, charts=charts)
            write_summary(edition, summary)
            path.write_bytes(edition.pdf())

    return write


async def _results(making: Making, read: Read, about: About, path: Path) -> Writing:
    (figures, _), wish = read, making.order.wish
    rows = await read_breakdown(
        figures,
        making.scope,
        making.day,
        by=BrokenDownBy.ADVISOR,
        campaign_id=wish.campaign_id,
        statuses=wish.statuses,
    )
    units = await making.names.units({row.branch.parent_id for row in rows if row.branch.parent_id})
    making.progress(len(rows))

    def write() -> None:
        edition = Edition(about)
        write_results(edition, rows, units)
        path.write_bytes(edition.pdf())

    return write


async def _steps(making: Making, read: Read, about: About, path: Path) -> Writing:
    figures, _ = read
    campaign_id = making.order.wish.campaign_id
    if campaign_id is None:
        raise Invalid("campaign_missing")
    known = (await visible_campaigns(figures, making.scope, campaign_id))[0].known
    advisors = await read_advisor_steps(figures, making.scope, campaign_id, making.day) if known else []
    units = await making.names.units({branch.parent_id for branch, _ in advisors if branch.parent_id})
    making.progress(sum(len(funnel.steps) for _, funnel in advisors))

    def write() -> None:
        edition = Edition(about)
        write_steps(edition, advisors, units)
        path.write_bytes(edition.pdf())

    return write


EDITIONS: Mapping[What, Callable[[Making, Read, About, Path], Awaitable[Writing]]] = {
    What.CAMPAIGN_SUMMARY: _summary,
    What.RESULTS_BY_ADVISOR: _results,
    What.STEPS_BY_ADVISOR: _steps,
}
