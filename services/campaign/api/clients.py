"""Clients are targeted, by a job that can be watched, and listed."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query

from services.campaign.api.door import UUID_PATTERN, CampaignId, JobId, TheDoor, content_of
from services.campaign.schemas.targeting import (
    MAX_BODY_BYTES,
    TargetClients,
    TargetedClientRow,
    TargetedClients,
    TargetingJob,
)
from services.campaign.use_cases import read
from services.campaign.use_cases.target_clients import target_clients
from shared.runtime.problems import NotFound
from shared.runtime.security import CurrentPrincipal

router = APIRouter(prefix="/api/campaigns/{campaign_id}", tags=["targeted clients"])


@router.post("/clients", status_code=202, max_body_size=MAX_BODY_BYTES)
async def put_clients(
    campaign_id: CampaignId, body: TargetClients, door: TheDoor, asker: CurrentPrincipal
) -> TargetingJob:
    """Up to 100,000 clients put into the campaign, by a job that survives any restart and does each exactly once."""
    job = await target_clients(
        door.desk,
        asker,
        campaign_id,
        body.items(),
        key=body.key or str(uuid4()),
        content=content_of(body, asker),
    )
    door.written()
    return TargetingJob.asked(job)


@router.get("/jobs/{job_id}")
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
    seen = await read.job(door.desk, reader, campaign_id, job_id, after=after, limit=limit)
    if seen is None:
        raise NotFound
    return TargetingJob.seen(seen)


@router.get("/clients")
async def list_clients(
    campaign_id: CampaignId,
    door: TheDoor,
    reader: CurrentPrincipal,
    after: Annotated[str | None, Query(pattern=UUID_PATTERN)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> TargetedClients:
    """The targeted clients within the reader's reach."""
    rows = await read.targeted(door.desk, reader, campaign_id, after=after, limit=limit + 1)
    return TargetedClients(
        items=[TargetedClientRow.model_validate(row) for row in rows[:limit]],
        next=rows[limit - 1].client_id if len(rows) > limit else None,
    )
