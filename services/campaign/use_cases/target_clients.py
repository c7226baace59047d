"""Put clients into a campaign: asked for in one call, done in chunks that survive a killed process (spec 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.campaign.ports import (
    Campaign,
    Campaigns,
    Chunk,
    Clock,
    Entering,
    Found,
    Job,
    Skipped,
    SkipReason,
    TargetItem,
    Working,
)
from services.campaign.use_cases.rights import visible
from services.campaign.use_cases.saving import Desk
from shared.contracts.campaign import CampaignDefined, ClientsTargeted, TargetedClient
from shared.rulebook import ids
from shared.rulebook.access import Action, Principal, may
from shared.rulebook.campaign import campaign_status, check_targeting, default_entry_date, entry_date_within
from shared.rulebook.errors import Refused

_AGAIN_AFTER = timedelta(milliseconds=500)


async def target_clients(
    desk: Desk, asker: Principal, campaign_id: str, items: Sequence[TargetItem], *, key: str, content: str
) -> Job:
    """The job that does it, or the one that the same call (`key`, `content`) asked for before.

    Refused `archived`, `campaign_ended`; `key_taken` when the key stands for another call.
    """
    campaign = await visible(desk.campaigns, campaign_id, asker)
    definition = campaign.definition
    await _require_right(desk, asker, campaign)
    check_targeting(
        campaign_status(definition.start_date, definition.end_date, definition.archived, desk.clock.today())
    )
    job = Job(
        job_id=ids.job_id(f"targeting/{campaign_id}/{key}"),
        campaign_id=campaign_id,
        content=content,
        total=len(items),
        asker=asker,
        asked_at=desk.clock.now(),
    )
    async with desk.campaigns.changing() as changing:
        kept = await changing.add_job(job, items)
    if kept.content != content:
        raise Refused("key_taken", {"key": key})
    return kept


@dataclass(frozen=True, slots=True)
class Targeting:
    """What working on targeting jobs needs; `patience` is how long a client may be unknown before it is skipped."""

    campaigns: Campaigns
    clock: Clock
    patience: timedelta

    async def work(self) -> bool:
        """Give one chunk its effect, in one transaction; False when none is due.

        Clients put in, event, counts and the chunk's end are one: whoever dies in between leaves the chunk as it was.
        """
        now = self.clock.now()
        async with self.campaigns.working() as working:
            chunk = await working.chunk(now)
            if chunk is None:
                return False
            await self._work_on(working, chunk, now)
        return True

    async def _work_on(self, working: Working, chunk: Chunk, now: datetime) -> None:
        job = chunk.job
        definition = (await working.campaign(job.campaign_id)).definition
        found = await working.find(chunk.items, job.asker)
        default = default_entry_date(definition.start_date, self.clock.day_of(job.asked_at))
        sorting = _Sorting(definition, found, default, waits=now - job.asked_at < self.patience)
        for item in chunk.items:
            sorting.sort(item)
        await _take_effect(working, chunk, sorting, now)


async def _take_effect(working: Working, chunk: Chunk, sorting: "_Sorting", now: datetime) -> None:
    job = chunk.job
    new = await working.enter(job, sorting.entering, now)
    entered = [client for client in sorting.entering if client.client_id in new]
    already = [one for one in sorting.entering if one.client_id not in new]
    names = {item.position: _name(item) for item in chunk.items}
    skipped = [
        *sorting.skipped,
        *(Skipped(one.position, names[one.position], SkipReason.ALREADY_TARGETED) for one in already),
    ]
    if entered:
        await working.publish([_event(job, entered)])
    await working.finish(chunk, targeted=len(entered), skipped=skipped, left=sorting.left, again_at=now + _AGAIN_AFTER)


class _Sorting:
    """Where each item of a chunk belongs: into the campaign, among the skipped, or left for later."""

    def __init__(self, definition: CampaignDefined, found: Mapping[int, Found], default: date, *, waits: bool) -> None:
        self.entering: list[Entering] = []
        self.skipped: list[Skipped] = []
        self.left: list[TargetItem] = []
        self._definition = definition
        self._found = found
        self._default = default
        self._waits = waits
        self._seen: set[str] = set()

    def sort(self, item: TargetItem) -> None:
        """Put the item where it belongs."""
        client = self._found.get(item.position)
        if client is None and self._waits and not self._closed:
            self.left.append(item)
            return
        entry_date = item.entry_date or self._default
        reason = self._reason(client, entry_date)
        if client is None or reason is not None:
            self.skipped.append(Skipped(item.position, _name(item), reason or SkipReason.UNKNOWN_CLIENT))
            return
        self._seen.add(client.client_id)
        self.entering.append(Entering(item.position, client.client_id, client.advisor_id, item.potential, entry_date))

    @property
    def _closed(self) -> bool:
        return self._definition.archived or self._definition.deleted

    def _reason(self, client: Found | None, entry_date: date) -> SkipReason | None:
        if self._closed:
            return SkipReason.ARCHIVED
        if client is None:
            return SkipReason.UNKNOWN_CLIENT
        if not client.within:
            return SkipReason.OUT_OF_REACH
        if client.client_id in self._seen:
            return SkipReason.ALREADY_TARGETED
        if not entry_date_within(entry_date, self._definition.start_date, self._definition.end_date):
            return SkipReason.ENTRY_DATE_OUT_OF_RANGE
        return None


def _event(job: Job, entered: Sequence[Entering]) -> ClientsTargeted:
    return ClientsTargeted(
        campaign_id=job.campaign_id,
        job_id=job.job_id,
        batch=job.batches + 1,
        clients=tuple(
            TargetedClient(
                client_id=client.client_id,
                advisor_id=client.advisor_id,
                potential=client.potential,
                entry_date=client.entry_date,
            )
            for client in entered
        ),
        targeted_by=job.asker.user_id,
        targeted_at=job.asked_at,
    )


async def _require_right(desk: Desk, asker: Principal, campaign: Campaign) -> None:
    """A right to this campaign, and some reach: whether it covers each client is seen one by one."""
    if asker.crm:
        return
    target = await desk.campaigns.target(campaign, asker)
    may(asker, Action.TARGET_CLIENT, replace(target, advisor_id=asker.user_id, advisor_unit_path=asker.unit_path))


def _name(item: TargetItem) -> str:
    return item.client or item.client_id or ""
