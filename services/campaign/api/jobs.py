"""Jobs on a campaign's clients: how far they are."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.campaign.api.door import CampaignId, JobId, TheDoor
from services.campaign.schemas.jobs import TargetingJob
from services.campaign.use_cases import see_jobs
from shared.runtime.security import CurrentPrincipal

router = APIRouter(prefix="/api/campaigns", tags=["jobs on clients"])


@router.get("/{campaign_id}/jobs/{job_id}")
async def show_job(
    campaign_id: CampaignId,
    job_id: JobId,
    door: TheDoor,
    reader: CurrentPrincipal,
    *,
    after: Annotated[int, Query(ge=0, le=2_147_483_647)] = 0,
    limit: Annotated[int, Query(ge=0, le=1000)] = 100,
) -> TargetingJob:
    """How far the job is, and the first items it skipped after position `after`, with why."""
    return TargetingJob.seen(await see_jobs.job(door.desk, reader, campaign_id, job_id, after=after, limit=limit))
