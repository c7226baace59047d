"""One file in the making: whose figures, of which day, and the mark that it carries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from services.reporting.exporting.order import Order
from services.reporting.ports.exporting import What
from services.reporting.ports.reading import AsOf, Figures, Scope
from services.reporting.store.figures import PostgresReadings
from services.reporting.store.names import PostgresNames
from services.reporting.use_cases.as_of import asked_day
from services.reporting.use_cases.figures import status_of
from services.reporting.use_cases.seeing import visible_campaigns
from services.reporting.writers.about import About
from services.reporting.writers.formats import Formats
from services.reporting.writers.words import say
from shared.rulebook.access import AccessLevel
from shared.runtime.clock import Clock

_TITLES = {What.MANAGEMENT_LIST: "management", What.DETAIL_TREE: "detail"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """One file in the making; `progress` is told how many rows there are so far."""

    order: Order
    readings: PostgresReadings
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

    @property
    def past(self) -> AsOf | None:
        """The same where it is a day before today."""
        return asked_day(self.clock, self.order.wish.as_of, self.order.wish.axis)


async def about_of(making: Making, figures: Figures, shown: Sequence[tuple[str, str]] = ()) -> About:
    """The mark of the file; `shown` is what else narrows its rows, in words. Raises NotVisible `not_visible`."""
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
        filters=[*await _filters(making, words), *shown],
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
