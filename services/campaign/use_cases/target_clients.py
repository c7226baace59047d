"""Put clients into a campaign: in one call, done in chunks that survive a killed process (spec 3.1 to 3.4)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from services.campaign.ports import Chunk, Entering, Found, Job, JobKind, Skipped, SkipReason, TargetItem, Working
from services.campaign.use_cases.effect import Effect, skip
from services.campaign.use_cases.jobs import Call, ask_for, require_on_own_clients
from services.campaign.use_cases.rights import visible
from services.campaign.use_cases.saving import Desk
from shared.contracts.campaign import CampaignDefined, ClientsTargeted, TargetedClient
from shared.rulebook.access import Action, Principal
from shared.rulebook.campaign import campaign_status, check_targeting, default_entry_date, entry_date_within
from shared.rulebook.follow_up import Closing

_AT_ONCE = 500


async def target_clients(desk: Desk, asker: Principal, campaign_id: str, call: Call) -> Job:
    """The job that does it, or the one that the same call asked for before.

    Refused `archived`, `campaign_ended`; `key_taken` when the key stands for another call.
    """
    await open_to(desk, asker, campaign_id)
    return await ask_for(desk, asker, campaign_id, JobKind.TARGET, call)


async def enter(
    working: Working, chunk: Chunk, definition: CampaignDefined, *, asked_on: date, now: datetime, patience: timedelta
) -> Effect:
    """The clients of the chunk put into the campaign, those withdrawn before again."""
    job = chunk.job
    sorting = await _sorted(working, chunk.items, job.asker, definition, asked_on, waits=now - job.asked_at < patience)
    standing = await working.standing(job.campaign_id, [one.client_id for one in sorting.entering])
    new = await working.enter(job, sorting.entering, now)
    items = {item.position: item for item in chunk.items}
    entered = [one for one in sorting.entering if one.client_id in new]
    already = [one for one in sorting.entering if one.client_id not in new]
    again = {client for client, one in standing.items() if one.closing is Closing.WITHDRAWN}
    return Effect(
        accepted=len(entered),
        skipped=[*sorting.skipped, *(skip(items[one.position], SkipReason.ALREADY_TARGETED) for one in already)],
        left=sorting.left,
        events=[_event(job, entered, again)] if entered else [],
    )


async def rehearse(
    desk: Desk, asker: Principal, campaign_id: str, items: Sequence[TargetItem]
) -> AsyncIterator[Skipped]:
    """Those of the items that would target nobody as things stand, and why. Nothing is kept.

    Refused as `target_clients`.
    """
    definition = await open_to(desk, asker, campaign_id)
    for start in range(0, len(items), _AT_ONCE):
        part = items[start : start + _AT_ONCE]
        async with desk.campaigns.working() as working:
            sorting = await _sorted(working, part, asker, definition, desk.clock.today(), waits=False)
            standing = await working.standing(campaign_id, [one.client_id for one in sorting.entering])
        for skipped in sorting.skipped:
            yield skipped
        here = {client for client, one in standing.items() if one.closing is not Closing.WITHDRAWN}
        named = {item.position: item for item in part}
        for one in sorting.entering:
            if one.client_id in here:
                yield skip(named[one.position], SkipReason.ALREADY_TARGETED)


async def open_to(desk: Desk, asker: Principal, campaign_id: str) -> CampaignDefined:
    """The campaign, when it takes clients and takes them from this asker."""
    campaign = await visible(desk.campaigns, campaign_id, asker)
    definition = campaign.definition
    await require_on_own_clients(desk, asker, campaign, Action.TARGET_CLIENT)
    check_targeting(
        campaign_status(definition.start_date, definition.end_date, definition.archived, desk.clock.today())
    )
    return definition


async def _sorted(
    working: Working,
    items: Sequence[TargetItem],
    asker: Principal,
    definition: CampaignDefined,
    asked_on: date,
    *,
    waits: bool,
) -> "_Sorting":
    found = await working.find(items, asker)
    default = default_entry_date(definition.start_date, asked_on)
    sorting = _Sorting(definition, found, default, waits=waits)
    for item in items:
        sorting.sort(item)
    return sorting


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
            self.skipped.append(skip(item, reason or SkipReason.UNKNOWN_CLIENT))
            return
        self._seen.add(client.client_id)
        potential = item.potential or Decimal(0)
        self.entering.append(Entering(item.position, client.client_id, client.advisor_id, potential, entry_date))

    @property
    def _closed(self) -> bool:
        return self._definition.archived or self._definition.deleted

    def _reason(self, client: Found | None, entry_date: date) -> SkipReason | None:
        if self._closed:
            return SkipReason.ARCHIVED
        if client is None:
            return SkipReason.UNKNOWN_CLIENT
        if not client.active:
            return SkipReason.INACTIVE_CLIENT
        if client.client_id in self._seen:
            return SkipReason.ALREADY_TARGETED
        if not entry_date_within(entry_date, self._definition.start_date, self._definition.end_date):
            return SkipReason.ENTRY_DATE_OUT_OF_RANGE
        return None


def _event(job: Job, entered: list[Entering], again: set[str]) -> ClientsTargeted:
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
                again=client.client_id in again,
            )
            for client in entered
        ),
        targeted_by=job.asker.user_id,
        targeted_at=job.asked_at,
    )
