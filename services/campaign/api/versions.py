"""Versions of a campaign are listed, looked at and compared; the target's allocation has a history."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.campaign.api.door import CampaignId, TheDoor
from services.campaign.schemas.versions import AllocationChanged, AllocationHistory, Comparison, Version, Versions
from services.campaign.use_cases import versions
from shared.runtime.security import CurrentPrincipal

router = APIRouter(prefix="/api/campaigns/{campaign_id}", tags=["versions"])
_MOST = 2_147_483_646
VersionNumber = Annotated[int, Path(ge=1, le=_MOST)]
Before = Annotated[int | None, Query(ge=1, le=_MOST)]
Limit = Annotated[int, Query(ge=1, le=50)]


@router.get("/versions")
async def list_versions(
    campaign_id: CampaignId, door: TheDoor, reader: CurrentPrincipal, before: Before = None, limit: Limit = 20
) -> Versions:
    """Every version ever saved, the newest first, for who may change the campaign."""
    rows = await versions.versions(door.desk, reader, campaign_id, before=before, limit=limit + 1)
    return Versions(
        items=[Version.of(row) for row in rows[:limit]],
        next=rows[limit - 1].definition.version if len(rows) > limit else None,
    )


@router.get("/versions/{number}")
async def show_version(
    campaign_id: CampaignId, number: VersionNumber, door: TheDoor, reader: CurrentPrincipal
) -> Version:
    """One version as it was saved."""
    return Version.of(await versions.version(door.desk, reader, campaign_id, number))


@router.get("/versions/{number}/compare/{other}")
async def compare_versions(
    campaign_id: CampaignId, number: VersionNumber, other: VersionNumber, door: TheDoor, reader: CurrentPrincipal
) -> Comparison:
    """What changed from version `number` to version `other`, whichever is the older."""
    return Comparison.of(await versions.compare(door.desk, reader, campaign_id, number, other))


@router.get("/allocation/history")
async def list_allocation_changes(
    campaign_id: CampaignId, door: TheDoor, reader: CurrentPrincipal, before: Before = None, limit: Limit = 20
) -> AllocationHistory:
    """Who changed the target or its shares when, and every share before and after, in euros and in per cent."""
    changes, names = await versions.allocation_history(door.desk, reader, campaign_id, before=before, limit=limit + 1)
    return AllocationHistory(
        items=[AllocationChanged.of(change, names) for change in changes[:limit]],
        next=changes[limit - 1].after.definition.version if len(changes) > limit else None,
    )
