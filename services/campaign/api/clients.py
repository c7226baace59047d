"""Clients are targeted, withdrawn and changed, by jobs that survive any restart, and listed (spec 3)."""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query, Response

from services.campaign.api.door import (
    UUID_PATTERN,
    CampaignId,
    Door,
    TheDoor,
    content_of,
    cursor_of,
    place_with_id_of,
)
from services.campaign.ports import Job, TargetedSort, TargetedWanted
from services.campaign.schemas.jobs import TargetedClientRow, TargetedClients, TargetingJob
from services.campaign.schemas.targeting import MAX_BODY_BYTES, ChangeClients, TargetClients, WithdrawClients
from services.campaign.use_cases import read
from services.campaign.use_cases.change_clients import change_clients, withdraw_clients
from services.campaign.use_cases.jobs import Call
from services.campaign.use_cases.see_jobs import job_when_quick
from services.campaign.use_cases.target_clients import target_clients
from shared.rulebook.access import Principal
from shared.rulebook.follow_up import FollowUpStatus
from shared.runtime.security import CurrentPrincipal

router = APIRouter(prefix="/api/campaigns/{campaign_id}", tags=["targeted clients"])
_DONE: dict[int | str, dict[str, Any]] = {200: {"model": TargetingJob, "description": "A call for one client, done"}}


@router.post("/clients", status_code=202, responses=_DONE, max_body_size=MAX_BODY_BYTES)
async def put_clients(
    campaign_id: CampaignId, body: TargetClients, door: TheDoor, asker: CurrentPrincipal, response: Response
) -> TargetingJob:
    """Up to 100,000 clients put into the campaign, each exactly once; a withdrawn one comes back.

    A call for one client answers with the job done (200) where that takes no more than a moment.
    """
    return await _answer(door, await target_clients(door.desk, asker, campaign_id, _call(body, asker)), response)


@router.post("/clients/withdraw", status_code=202, responses=_DONE, max_body_size=MAX_BODY_BYTES)
async def withdraw(
    campaign_id: CampaignId, body: WithdrawClients, door: TheDoor, asker: CurrentPrincipal, response: Response
) -> TargetingJob:
    """Clients who are WAITING or OPEN leave the campaign; their history stays. Needs `manage_campaigns`."""
    return await _answer(door, await withdraw_clients(door.desk, asker, campaign_id, _call(body, asker)), response)


@router.post("/clients/change", status_code=202, responses=_DONE, max_body_size=MAX_BODY_BYTES)
async def change(
    campaign_id: CampaignId, body: ChangeClients, door: TheDoor, asker: CurrentPrincipal, response: Response
) -> TargetingJob:
    """Potentials changed while WAITING or OPEN, entry dates while WAITING; the initial potential stays."""
    return await _answer(door, await change_clients(door.desk, asker, campaign_id, _call(body, asker)), response)


@router.get("/clients")
async def list_clients(
    campaign_id: CampaignId,
    door: TheDoor,
    reader: CurrentPrincipal,
    *,
    state: Annotated[list[FollowUpStatus] | None, Query()] = None,
    advisor_id: Annotated[str | None, Query(pattern=UUID_PATTERN)] = None,
    search: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "",
    sort: TargetedSort = TargetedSort.CLIENT,
    after: Annotated[str | None, Query(max_length=2000)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> TargetedClients:
    """The clients within the reader's reach, of all states unless some are named."""
    today = door.desk.clock.today()
    wanted = TargetedWanted(
        states=frozenset(state or FollowUpStatus),
        advisor_id=advisor_id,
        search=search,
        sort=sort,
        after=place_with_id_of(after),
        limit=limit + 1,
        today=today,
    )
    rows = await read.targeted(door.desk, reader, campaign_id, wanted)
    return TargetedClients(
        items=[TargetedClientRow.of(row, today) for row in rows[:limit]],
        next=cursor_of(rows[limit - 1].place) if len(rows) > limit else None,
    )


def _call(body: TargetClients | WithdrawClients | ChangeClients, asker: Principal) -> Call:
    return Call(items=body.items(), key=body.key or str(uuid4()), content=content_of(body, asker))


async def _answer(door: Door, job: Job, response: Response) -> TargetingJob:
    door.written()
    if job.total > 1:
        return TargetingJob.asked(job)
    shown = TargetingJob.seen(await job_when_quick(door.desk, job))
    response.status_code = 200 if shown.state == "DONE" else 202
    return shown
