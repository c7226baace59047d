"""Documents of steps are sent and read."""

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from services.campaign.api.door import CampaignId, DocumentId, TheDoor
from services.campaign.schemas.documents import DocumentOut
from services.campaign.use_cases import documents
from shared.runtime.document_transfer import DOWNLOAD, MAX_BODY_BYTES, UPLOAD_BODY, incoming_file, outgoing_file
from shared.runtime.security import CurrentPrincipal

router = APIRouter(prefix="/api/campaigns/{campaign_id}/documents", tags=["documents"])


@router.post("", status_code=201, max_body_size=MAX_BODY_BYTES, openapi_extra=UPLOAD_BODY)
async def send_document(
    campaign_id: CampaignId, request: Request, door: TheDoor, asker: CurrentPrincipal
) -> DocumentOut:
    """A file for the campaign's steps: the body itself, named in `Content-Disposition`, or the first file of a form.

    It is attached by the next save whose step names its id, and forgotten after a day without one.
    """
    return DocumentOut.of(await documents.send(door.desk, asker, campaign_id, await incoming_file(request)))


@router.get("/{document_id}", response_class=StreamingResponse, responses=DOWNLOAD)
async def read_document(
    campaign_id: CampaignId, document_id: DocumentId, door: TheDoor, reader: CurrentPrincipal
) -> StreamingResponse:
    """The file, to be saved, for whoever sees the campaign; those of earlier versions for who may change it."""
    document = await documents.find(door.desk, reader, campaign_id, document_id)
    return outgoing_file(document, door.desk.files.read(document))
