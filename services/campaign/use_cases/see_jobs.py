"""How far jobs are, and what of them had no effect, with why; for who asked, and who may change the campaign."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.campaign.ports import Job, JobKind, JobsWanted, Skipped
from services.campaign.use_cases.rights import may_change, reads_all, visible
from services.campaign.use_cases.saving import Desk
from shared.contracts.followup import JobDecided, TargetingCount
from shared.rulebook.access import Principal
from shared.rulebook.errors import NotVisible

_QUICK = 1.5
_LOOK = 0.05
Before = tuple[datetime, str] | None
Place = int | str | None
"""Where a page of items without effect begins: after a position, after a follow-up, or at the start."""


class AwayError(Exception):
    """The follow-up service does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSeen:
    """A job with the follow-up service's counts, None while it does not answer."""

    job: Job
    count: TargetingCount | None = None
    """Of a job that targets."""
    decided: JobDecided | None = None
    """Of one that withdraws or changes."""
    reasons: Mapping[str, int]
    skips: Sequence[Skipped]

    @property
    def done(self) -> bool:
        """Whether every item was dealt with, and every follow-up concerned started or was decided on."""
        settled = 0
        if self.count is not None:
            settled = self.count.started + self.count.reopened
        if self.decided is not None:
            settled = self.decided.decided
        return self.job.worked_off and self.answered and settled >= self.job.accepted

    @property
    def answered(self) -> bool:
        """Whether the follow-up service said how far it is."""
        return self.count is not None or self.decided is not None


async def job(desk: Desk, reader: Principal, campaign_id: str, job_id: str, *, after: int, limit: int) -> JobSeen:
    """A job of that campaign; NotVisible when there is none, or it is somebody else's."""
    found = await permitted_job(desk, reader, campaign_id, job_id)
    seen = await _seen(desk, found, after=after, limit=limit)
    return replace(seen, skips=await _for(desk, reader, found, seen.skips))


async def job_when_quick(desk: Desk, asked: Job) -> JobSeen:
    """The job once it is done, or as it is after a moment: who acts on one client reads what he wrote."""
    seen = JobSeen(job=asked, reasons={}, skips=())
    deadline = asyncio.get_running_loop().time() + _QUICK
    while not seen.done and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(_LOOK)
        held = await desk.campaigns.job(asked.campaign_id, asked.job_id)
        if held is not None and held.worked_off:
            seen = await _seen(desk, held, after=0, limit=100)
            if not seen.answered:
                break
    return seen


async def of_campaign(desk: Desk, reader: Principal, campaign_id: str, *, before: Before, limit: int) -> Sequence[Job]:
    """The jobs of a campaign, the latest first: all for who may change it, else the reader's own."""
    campaign = await visible(desk.campaigns, campaign_id, reader)
    everybody = await may_change(desk.campaigns, campaign, reader)
    asker = None if everybody else reader.user_id
    return await desk.campaigns.jobs(JobsWanted(campaign_id=campaign_id, asker_id=asker, before=before, limit=limit))


async def mine(desk: Desk, reader: Principal, *, before: Before, limit: int) -> Sequence[Job]:
    """The reader's own jobs on all campaigns, the latest first."""
    return await desk.campaigns.jobs(JobsWanted(campaign_id=None, asker_id=reader.user_id, before=before, limit=limit))


async def without_effect(
    desk: Desk, reader: Principal, campaign_id: str, job_id: str, *, after: Place, limit: int
) -> tuple[Sequence[Skipped], Place]:
    """One page of the items without effect: those skipped here, then those that their follow-ups refused.

    Answers where the next page begins; None when nothing lies beyond. Position 0 stands for an item that was refused
    by its follow-up: its client is named, not where it stood in the call.
    """
    found = await permitted_job(desk, reader, campaign_id, job_id)
    items, following = await _without_effect(desk, found, after, limit)
    return await _for(desk, reader, found, items), following


async def _without_effect(desk: Desk, found: Job, after: Place, limit: int) -> tuple[Sequence[Skipped], Place]:
    campaign_id, job_id = found.campaign_id, found.job_id
    if after is None or isinstance(after, int):
        skipped = await desk.campaigns.skips(job_id, after=after or 0, limit=limit)
        if len(skipped) == limit:
            return skipped, skipped[-1].position
        return skipped, None if found.kind is JobKind.TARGET else ""
    decided = await desk.follow_ups.decided(campaign_id, job_id, after=after or None, limit=limit)
    if decided is None:
        raise AwayError
    refusals = decided.refusals
    names = await desk.campaigns.references([one.client_id for one in refusals])
    refused = [Skipped(0, names.get(one.client_id, one.client_id), one.code) for one in refusals]
    return refused, refusals[-1].follow_up_id if len(refusals) == limit else None


async def cancel(desk: Desk, reader: Principal, campaign_id: str, job_id: str) -> Job:
    """Skip what is left of a job; what was accepted stays. The job as it is then."""
    found = await permitted_job(desk, reader, campaign_id, job_id)
    async with desk.campaigns.changing() as changing:
        await changing.cancel_job(job_id, desk.clock.now())
    return await desk.campaigns.job(campaign_id, job_id) or found


async def permitted_job(desk: Desk, reader: Principal, campaign_id: str, job_id: str) -> Job:
    """A job that this reader may see; NotVisible otherwise."""
    campaign = await visible(desk.campaigns, campaign_id, reader)
    found = await desk.campaigns.job(campaign_id, job_id)
    if found is None or not (
        found.asker.user_id == reader.user_id or await may_change(desk.campaigns, campaign, reader)
    ):
        raise NotVisible("not_visible", {"missing": "reach"})
    return found


async def _for(desk: Desk, reader: Principal, found: Job, skips: Sequence[Skipped]) -> Sequence[Skipped]:
    """The items, those of somebody else's job without clients whom the reader does not reach (ADR 0087).

    Ids of nobody go with them: else it would be told which of them are somebody's.
    """
    if reader.user_id == found.asker.user_id or reads_all(reader):
        return skips
    names = await desk.campaigns.named_within({one.client for one in skips if one.client}, reader)
    return [one if one.client in names else replace(one, client=None, detail=None) for one in skips]


async def _seen(desk: Desk, found: Job, *, after: int, limit: int) -> JobSeen:
    count = decided = None
    if found.kind is JobKind.TARGET:
        count = await desk.follow_ups.progress(found.campaign_id, found.job_id)
    else:
        decided = await desk.follow_ups.decided(found.campaign_id, found.job_id, after=None, limit=0)
    return JobSeen(
        job=found,
        count=count,
        decided=decided,
        reasons=await desk.campaigns.skip_reasons(found.job_id),
        skips=await desk.campaigns.skips(found.job_id, after=after, limit=limit),
    )
