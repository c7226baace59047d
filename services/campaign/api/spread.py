"""Entry dates are spread over a campaign, after a look at the load by week and advisor."""

from uuid import uuid4

from fastapi import APIRouter

from services.campaign.api.door import CampaignId, TheDoor, content_of
from services.campaign.schemas.jobs import TargetingJob
from services.campaign.schemas.spread import SpreadInput, SpreadPreview
from services.campaign.schemas.targeting import MAX_BODY_BYTES
from services.campaign.use_cases import spread_entries
from services.campaign.use_cases.jobs import Call
from shared.runtime.security import CurrentPrincipal

router = APIRouter(prefix="/api/campaigns/{campaign_id}/clients/spread", tags=["targeted clients"])


@router.post("/preview", max_body_size=MAX_BODY_BYTES)
async def preview_spread(
    campaign_id: CampaignId, body: SpreadInput, door: TheDoor, asker: CurrentPrincipal
) -> SpreadPreview:
    """The load by week and advisor if the clients entered evenly, each advisor's highest potentials first."""
    found = await spread_entries.preview(door.desk, door.calendars, asker, campaign_id, body.wish())
    advisors = {advisor for load in found.weeks.values() for advisor in load}
    return SpreadPreview.of(found, await door.desk.campaigns.names(advisors))


@router.post("", status_code=202, max_body_size=MAX_BODY_BYTES)
async def spread(campaign_id: CampaignId, body: SpreadInput, door: TheDoor, asker: CurrentPrincipal) -> TargetingJob:
    """The job that moves the entry dates of those who wait, or targets the clients named, as the preview says."""
    call = Call(items=(), key=body.key or str(uuid4()), content=content_of(body, asker))
    job = await spread_entries.spread_entries(door.desk, door.calendars, asker, campaign_id, body.wish(), call)
    door.written()
    return TargetingJob.asked(job)
