"""What all live streams of one scope share: the figures of one number, read once however many follow them."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.reporting.ports.live import EVERY_CAMPAIGN, Moment
from services.reporting.ports.reading import CampaignSeen, Scope
from services.reporting.use_cases.figures import OneCampaign, status_of, with_sums
from services.reporting.use_cases.seeing import sees
from services.reporting.use_cases.steps import Funnel, read_funnel
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.campaign import CampaignStatus
from shared.rulebook.errors import NotVisible

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class LiveQuestion:
    """What a stream follows: some campaigns with their steps, or all that are not archived; whose figures."""

    campaign_ids: tuple[str, ...] = ()
    unit_id: str | None = None
    advisor_id: str | None = None

    def scope(self, reader: Principal) -> Scope:
        """Whose figures."""
        return Scope(reader, self.unit_id, self.advisor_id)

    def key(self, reader: Principal) -> Key:
        """The same for readers to whom the same figures are shown."""
        if reader.crm or reader.access_level is AccessLevel.ALL:
            return (AccessLevel.ALL, self)
        whole_unit = reader.access_level in {AccessLevel.UNIT, AccessLevel.SUBTREE}
        return (reader.access_level, reader.unit_id if whole_unit else "", reader.user_id, self)


@dataclass(frozen=True, slots=True)
class LiveCampaign:
    """One campaign's figures; `digest` is the same for the same figures, `steps` are read where it was asked for."""

    one: OneCampaign
    steps: Funnel | None
    digest: str

    @property
    def campaign(self) -> CampaignSeen:
        """The campaign as it is seen."""
        return self.one.campaign


@dataclass(slots=True, eq=False)
class Board:
    """The figures of one scope at one number; `news` is set when they are read anew, and replaced."""

    question: LiveQuestion
    reader: Principal
    streams: int = 0
    number: int = -1
    today: date | None = None
    read_at: float = float("-inf")
    gone: bool = False
    """The unit or advisor asked for is no longer within reach."""
    campaigns: Mapping[str, LiveCampaign] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    reading: "asyncio.Task[None] | None" = None

    async def read(self, moment: Moment, today: date) -> None:
        """Bring it to the moment: only what changed since its number is summed again."""
        scope = self.question.scope(self.reader)
        first = self.today != today or moment.number < self.number
        changed = {} if first else await moment.changed_since(scope, self.number)
        if (scope.unit_id or scope.advisor_id) and not await moment.figures.covers_something(scope):
            self._turn(moment.number, today, {}, gone=True)
            return
        seen = [one for one in await moment.figures.campaigns(self.reader) if self._asked(one, today)]
        anew = seen if first or EVERY_CAMPAIGN in changed else [one for one in seen if self._stale(one, changed)]
        summed = await with_sums(moment.figures, scope, anew, today) if anew else []
        steps: dict[str, Funnel] = {}
        if self.question.campaign_ids:
            for one in anew:
                steps[one.campaign_id] = await read_funnel(moment.figures, scope, one.campaign_id, today)
        fresh = {one.campaign.campaign_id: _live(one, steps.get(one.campaign.campaign_id)) for one in summed}
        held = self.campaigns
        self._turn(
            moment.number, today, {one.campaign_id: fresh.get(one.campaign_id) or held[one.campaign_id] for one in seen}
        )

    def _asked(self, campaign: CampaignSeen, today: date) -> bool:
        if self.question.campaign_ids:
            return campaign.campaign_id in self.question.campaign_ids
        return status_of(campaign, today) is not CampaignStatus.ARCHIVED

    def _stale(self, campaign: CampaignSeen, changed: Mapping[str, int]) -> bool:
        return campaign.campaign_id in changed or campaign.campaign_id not in self.campaigns

    def _turn(self, number: int, today: date, campaigns: Mapping[str, LiveCampaign], *, gone: bool = False) -> None:
        self.number, self.today, self.campaigns, self.gone = number, today, campaigns, gone
        self.news.set()
        self.news = asyncio.Event()

    def seen_by(self, reader: Principal) -> dict[str, LiveCampaign]:
        """What this reader sees of it, in order; NotVisible where something asked for is not seen."""
        seen = {id_: live for id_, live in self.campaigns.items() if sees(reader, live.campaign)}
        if self.gone or any(id_ not in seen for id_ in self.question.campaign_ids):
            raise NotVisible("not_visible")
        return seen


def digest_of(campaigns: Iterable[LiveCampaign]) -> str:
    """The same for the same figures of the same campaigns."""
    return short("".join(sorted(live.campaign.campaign_id + live.digest for live in campaigns)))


def _live(one: OneCampaign, steps: Funnel | None) -> LiveCampaign:
    return LiveCampaign(one, steps, short(repr((one, steps))))


def short(text: str) -> str:
    """A digest that fits into an event's id."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
