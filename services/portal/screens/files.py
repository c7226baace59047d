"""Files that a follow-up gives out: documents of its steps, attachments, and an appointment for one's calendar."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.frame import Person

router = APIRouter(include_in_schema=False)


@router.get("/suivis/{follow_up_id}/rendez-vous.ics")
async def appointment(
    visit: Person, follow_up_id: UUID, key: Annotated[str, Query(alias="cle", pattern=r"^(#[0-9]{1,10}|[\w-]{1,36})$")]
) -> Response:
    """The appointment as a file that calendars read."""
    address = f"/api/followups/{follow_up_id}/interactions/{key.replace('#', '%23')}/appointment.ics"
    return await visit.api.file(address)


@router.get("/suivis/{follow_up_id}/pieces/{document_id}")
async def attachment(visit: Person, follow_up_id: UUID, document_id: UUID) -> Response:
    """A file attached to an interaction."""
    return await visit.api.file(f"/api/followups/{follow_up_id}/attachments/{document_id}")


@router.get("/suivis/{follow_up_id}/documents/{campaign_id}/{document_id}")
async def document(visit: Person, follow_up_id: UUID, campaign_id: UUID, document_id: UUID) -> Response:
    """A document of one of the steps; `follow_up_id` says from where."""
    del follow_up_id
    return await visit.api.file(f"/api/campaigns/{campaign_id}/documents/{document_id}")
