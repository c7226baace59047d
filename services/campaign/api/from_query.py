"""Clients are targeted by a query: the directory says whom it finds, page by page, while the job runs."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Request

from services.campaign.api.door import CampaignId, TheDoor, content_of
from services.campaign.ports.pulling import Source
from services.campaign.schemas.by_query import MAX_BODY_BYTES, TargetByQuery
from services.campaign.schemas.jobs import TargetingJob
from services.campaign.use_cases.jobs import Call
from services.campaign.use_cases.target_by_query import target_by_query
from shared.runtime.security import CurrentPrincipal

router = APIRouter(prefix="/api/campaigns/{campaign_id}", tags=["targeted clients"])


def _source(request: Request) -> Source:
    source: Source = request.app.state.source
    return source


@router.post("/clients/from-query", status_code=202, max_body_size=MAX_BODY_BYTES)
async def put_clients_from_query(
    campaign_id: CampaignId,
    body: TargetByQuery,
    *,
    door: TheDoor,
    asker: CurrentPrincipal,
    source: Annotated[Source, Depends(_source)],
) -> TargetingJob:
    """The job that puts the clients of a query into the campaign, each exactly once.

    The filter is kept as it is at this moment. Whom it finds is asked page by page, under the rights that the asker has
    by then; `total` is exact once the last page is there. Clients who are in the campaign already are skipped.
    """
    call = Call(items=(), key=body.key or str(uuid4()), content=content_of(body, asker))
    job = await target_by_query(
        door.desk, source, asker, campaign_id, calendars=door.calendars, wanted=body.wanted(), call=call
    )
    door.written()
    return TargetingJob.asked(job)
