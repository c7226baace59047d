"""Campaigns are created, changed, shared out, archived, deleted, duplicated."""

from fastapi import APIRouter, Response

from services.campaign.api.door import CampaignId, Door, TheDoor, content_of
from services.campaign.schemas.campaigns import AllocationInput, CampaignInput, DuplicateInput, NewCampaign
from services.campaign.schemas.previews import EditPreview
from services.campaign.schemas.shown import CampaignOut
from services.campaign.use_cases import change, close, create, preview
from services.campaign.use_cases.read import seen
from services.campaign.use_cases.saving import Saved
from shared.rulebook.access import Principal
from shared.rulebook.errors import Invalid
from shared.rulebook.ids import user_id
from shared.runtime.security import CurrentPrincipal
from shared.runtime.versions import IfMatch, IfMatchOptional, tag

router = APIRouter(prefix="/api/campaigns", tags=["campaigns"])
_LARGE = 4_194_304
"""Room for a hundred steps with their notes and texts."""


@router.post("", status_code=201, max_body_size=_LARGE)
async def create_campaign(body: NewCampaign, door: TheDoor, asker: CurrentPrincipal, response: Response) -> CampaignOut:
    """A new campaign: 201; 200 with the existing one when the same call under the same key was answered before."""
    draft = body.draft(_owner_id(body))
    saved = await create.create(door.desk, asker, draft, key=body.key, content=content_of(body, asker))
    response.status_code = 201 if saved.created else 200
    return await _answer(door, asker, saved, response)


@router.put("/{campaign_id}", max_body_size=_LARGE)
async def change_campaign(
    campaign_id: CampaignId,
    body: CampaignInput,
    *,
    expected: IfMatch,
    door: TheDoor,
    asker: CurrentPrincipal,
    response: Response,
) -> CampaignOut:
    """The definition whole, as its next version. If-Match must hold the ETag of the version that was edited."""
    draft = body.draft(_owner_id(body))
    saved = await change.change(door.desk, asker, campaign_id, draft, expected=expected)
    return await _answer(door, asker, saved, response)


@router.post("/{campaign_id}/preview", max_body_size=_LARGE)
async def preview_change(
    campaign_id: CampaignId, body: CampaignInput, expected: IfMatchOptional, door: TheDoor, asker: CurrentPrincipal
) -> EditPreview:
    """What the change would do to open follow-ups, by the advisor's unit; the body is that of the change itself."""
    draft = body.draft(_owner_id(body))
    return EditPreview.of(await preview.preview(door.desk, asker, campaign_id, draft, expected=expected))


@router.put("/{campaign_id}/allocation")
async def allocate_target(
    campaign_id: CampaignId,
    body: AllocationInput,
    *,
    expected: IfMatchOptional,
    door: TheDoor,
    asker: CurrentPrincipal,
    response: Response,
) -> CampaignOut:
    """The target shared out among advisors, in euros or per cent; no rows removes all."""
    rows = tuple(row.share() for row in body.rows)
    saved = await change.allocate(door.desk, asker, campaign_id, rows, expected=expected)
    return await _answer(door, asker, saved, response)


@router.post("/{campaign_id}/archive")
async def archive_campaign(
    campaign_id: CampaignId, expected: IfMatchOptional, door: TheDoor, asker: CurrentPrincipal, response: Response
) -> CampaignOut:
    """Only an ENDED campaign; its open follow-ups are closed as ARCHIVED."""
    saved = await close.archive(door.desk, asker, campaign_id, expected=expected)
    return await _answer(door, asker, saved, response)


@router.post("/{campaign_id}/unarchive")
async def unarchive_campaign(
    campaign_id: CampaignId, expected: IfMatchOptional, door: TheDoor, asker: CurrentPrincipal, response: Response
) -> CampaignOut:
    """Back to ENDED, with the follow-ups that the archiving closed."""
    saved = await close.unarchive(door.desk, asker, campaign_id, expected=expected)
    return await _answer(door, asker, saved, response)


@router.delete("/{campaign_id}", status_code=204)
async def delete_campaign(
    campaign_id: CampaignId, expected: IfMatchOptional, door: TheDoor, asker: CurrentPrincipal
) -> None:
    """Only while nothing was recorded for any client."""
    await close.delete(door.desk, asker, campaign_id, expected=expected)
    door.written()


@router.post("/{campaign_id}/duplicate", status_code=201)
async def duplicate_campaign(
    campaign_id: CampaignId, body: DuplicateInput, door: TheDoor, asker: CurrentPrincipal, response: Response
) -> CampaignOut:
    """Definition, steps, allocation as per cent and, on request, clients, under new dates; nothing that was done."""
    content = f"{campaign_id}/{content_of(body, asker)}"
    saved = await create.duplicate(door.desk, asker, campaign_id, body.copy_wanted(), key=body.key, content=content)
    response.status_code = 201 if saved.created else 200
    return await _answer(door, asker, saved, response)


def _owner_id(body: CampaignInput) -> str | None:
    if body.owner is None:
        return body.owner_id
    if body.owner_id is not None:
        raise Invalid("owner_twice")
    return user_id(body.owner)


async def _answer(door: Door, asker: Principal, saved: Saved, response: Response) -> CampaignOut:
    door.written()
    tag(response, saved.campaign.definition.version)
    shown = await seen(door.desk, asker, saved.campaign)
    return CampaignOut.seen(shown, held=saved.held, job_id=saved.job_id, still_open=saved.still_open)
