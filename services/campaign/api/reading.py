"""Campaigns are listed and looked at, and put into the user's own order."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.campaign.api.door import CampaignId, TheDoor, cursor_of, place_of
from services.campaign.ports import ListSort, Wanted
from services.campaign.schemas.campaigns import MoveInput, OrderInput
from services.campaign.schemas.shown import CampaignOut, CampaignPage, CampaignSummary
from services.campaign.use_cases import read
from shared.rulebook.campaign import CampaignStatus
from shared.runtime.security import CurrentPrincipal
from shared.runtime.versions import tag

router = APIRouter(prefix="/api/campaigns", tags=["campaigns"])


@router.get("")
async def list_campaigns(
    door: TheDoor,
    reader: CurrentPrincipal,
    *,
    status: Annotated[list[CampaignStatus] | None, Query()] = None,
    search: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "",
    sort: ListSort = ListSort.ORDER,
    descending: bool = False,
    after: Annotated[str | None, Query(max_length=2000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CampaignPage:
    """Campaigns of these statuses, by default all that are not archived, in the reader's own order or another."""
    statuses = frozenset(status) if status else frozenset(CampaignStatus) - {CampaignStatus.ARCHIVED}
    today = door.desk.clock.today()
    wanted = Wanted(
        statuses=statuses,
        search=search,
        sort=sort,
        descending=descending,
        after=place_of(after),
        limit=limit + 1,
        today=today,
    )
    rows = await read.page(door.desk, reader, wanted)
    return CampaignPage(
        items=[CampaignSummary.of(row, today) for row in rows[:limit]],
        next=cursor_of(rows[limit - 1].place) if len(rows) > limit else None,
    )


@router.put("/order", status_code=204)
async def order_campaigns(body: OrderInput, door: TheDoor, reader: CurrentPrincipal) -> None:
    """The user's own order of the list, which the home page uses too; campaigns left out come after, by creation."""
    await read.set_order(door.desk, reader, body.campaign_ids)


@router.put("/order/{campaign_id}", status_code=204)
async def move_campaign(campaign_id: CampaignId, body: MoveInput, door: TheDoor, reader: CurrentPrincipal) -> None:
    """One campaign dragged before another in the user's own order, or behind all; the others keep theirs."""
    await read.move(door.desk, reader, campaign_id, before=body.before)


@router.get("/{campaign_id}")
async def show_campaign(
    campaign_id: CampaignId, door: TheDoor, reader: CurrentPrincipal, response: Response
) -> CampaignOut:
    """The campaign as the reader may see it; its ETag is the version."""
    seen = await read.show(door.desk, reader, campaign_id)
    tag(response, seen.campaign.definition.version)
    return CampaignOut.seen(seen)
