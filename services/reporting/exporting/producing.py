"""From a wish to a file: reads the figures as the reader sees them, and has them written."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from services.reporting.exporting.order import Order
from services.reporting.ports.exporting import What
from services.reporting.ports.reading import Figures, Readings, Scope
from services.reporting.store.names import PostgresNames
from services.reporting.use_cases.as_of import asked_day
from services.reporting.use_cases.breakdown import BrokenDownBy, read_breakdown
from services.reporting.use_cases.figures import indicators_of, read_campaigns, status_of
from services.reporting.use_cases.seeing import visible_campaigns
from services.reporting.use_cases.steps import read_advisor_steps, read_steps
from services.reporting.writers.about import About
from services.reporting.writers.blocks import Edition
from services.reporting.writers.charts import Charts, ChartsAbsentError
from services.reporting.writers.editions import Summary, write_results, write_steps, write_summary
from services.reporting.writers.formats import Formats
from services.reporting.writers.options import summary_charts
from services.reporting.writers.words import say
from shared.rulebook.access import AccessLevel
from shared.rulebook.errors import Invalid
from shared.runtime.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """One file in the making; `progress` is told how many rows there are so far."""

    order: Order
    readings: Readings
    names: PostgresNames
    clock: Clock
    progress: Callable[[int], None]

    @property
    def scope(self) -> Scope:
        """Whose figures."""
        wish = self.order.wish
        return Scope(self.order.reader, wish.unit_id, wish.advisor_id)

    @property
    def day(self) -> date:
        """As of which day."""
        return self.order.wish.as_of or self.clock.today()


async def produce(making: Making) -> tuple[str, Path]:
    """The file's name, and where it is. Raises RuleBroken for what the reader may not, or no longer, see."""
    wish = making.order.wish
    path = Path(making.order.folder) / f"made.{wish.format}"
    as_of = asked_day(making.clock, wish.as_of, wish.axis)
    async with making.readings.snapshot(as_of) as figures:
        about = await _about(making, figures)
        write = await _READERS[wish.what](making, figures, about, path)
    await asyncio.to_thread(write)
    return f"{about.title} - {about.subject} - {making.day}.{wish.format}", path


Writing = Callable[[], None]
"""What is left to do once all is read and the database is let go."""


async def _summary(making: Making, figures: Figures, about: About, path: Path) -> Writing:
    wish = making.order.wish
    campaigns = await read_campaigns(
        figures, making.scope, making.day, campaign_id=wish.campaign_id, statuses=wish.statuses
    )
    funnel = None
    if wish.campaign_id is not None and campaigns:
        funnel = await read_steps(figures, making.scope, wish.campaign_id, making.day)
    found, words = indicators_of(campaigns), say(wish.language)
    summary = Summary(found, funnel, summary_charts(found, funnel, words, Formats(wish.language)))

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


async def _results(making: Making, figures: Figures, about: About, path: Path) -> Writing:
    wish = making.order.wish
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


async def _steps(making: Making, figures: Figures, about: About, path: Path) -> Writing:
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


_READERS: Mapping[What, Callable[[Making, Figures, About, Path], Awaitable[Writing]]] = {
    What.CAMPAIGN_SUMMARY: _summary,
    What.RESULTS_BY_ADVISOR: _results,
    What.STEPS_BY_ADVISOR: _steps,
}
_TITLES = {What.MANAGEMENT_LIST: "management", What.DETAIL_TREE: "detail"}


async def _about(making: Making, figures: Figures) -> About:
    """The mark of the file. Raises NotVisible `not_visible`."""
    wish, words = making.order.wish, say(making.order.wish.language)
    subject, version = words["all_campaigns"], None
    if wish.campaign_id is not None:
        (campaign,) = await visible_campaigns(figures, making.scope, wish.campaign_id)
        subject = campaign.name
        if campaign.known:
            formats, version = Formats(wish.language), campaign.version
            dates = words["dates"].format(start=formats.day(campaign.start_date), end=formats.day(campaign.end_date))
            subject = f"{campaign.name} · {dates} · {words[f'campaign.{status_of(campaign, making.day)}']}"
    reader = making.order.reader
    return About(
        title=words[_TITLES.get(wish.what, wish.what)],
        subject=subject,
        as_of=making.day,
        axis=wish.axis,
        reader=await making.names.person(reader.user_id) or words["unknown"],
        reach=await _reach(making, words),
        filters=await _filters(making, words),
        version=version,
        made_at=making.order.now.astimezone(ZoneInfo(making.order.zone)),
        language=wish.language,
    )


async def _reach(making: Making, words: Mapping[str, str]) -> str:
    reader = making.order.reader
    if reader.crm:
        return words["reach.crm"]
    told = words[f"reach.{reader.access_level}"]
    if reader.access_level in {AccessLevel.UNIT, AccessLevel.SUBTREE}:
        unit = (await making.names.units({reader.unit_id})).get(reader.unit_id, words["no_unit"])
        return f"{told} ({unit})"
    return told


async def _filters(making: Making, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """What narrows the figures, in words."""
    wish, told = making.order.wish, []
    if wish.unit_id is not None:
        unit = (await making.names.units({wish.unit_id})).get(wish.unit_id, words["no_unit"])
        told.append((words["filter.unit"], unit))
    if wish.advisor_id is not None:
        told.append((words["filter.advisor"], await making.names.person(wish.advisor_id) or words["unknown"]))
    if wish.statuses:
        told.append((words["filter.status"], ", ".join(words[f"campaign.{status}"] for status in wish.statuses)))
    return told
