"""How far a job is, and what of it had no effect, with the reasons; for who asked, and who may change the campaign."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.campaign.ports import Job, JobKind, Skipped
from services.campaign.use_cases.rights import may_change, visible
from services.campaign.use_cases.saving import Desk
from shared.contracts.followup import JobDecided, TargetingCount
from shared.rulebook.access import Principal
from shared.rulebook.errors import NotVisible

_QUICK = 1.5
_LOOK = 0.05


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
    return await _seen(desk, await permitted_job(desk, reader, campaign_id, job_id), after=after, limit=limit)


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


async def permitted_job(desk: Desk, reader: Principal, campaign_id: str, job_id: str) -> Job:
    """A job that this reader may see; NotVisible otherwise."""
    campaign = await visible(desk.campaigns, campaign_id, reader)
    found = await desk.campaigns.job(campaign_id, job_id)
    if found is None or not (
        found.asker.user_id == reader.user_id or await may_change(desk.campaigns, campaign, reader)
    ):
        raise NotVisible("not_visible", {"missing": "reach"})
    return found


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
