"""Files of interactions are sent and read."""

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from services.followup.api.door import WITH_ACCESS
from services.followup.api.paths import UuidText
from services.followup.ports import Attachments
from services.followup.schemas.attachments import SentFileOut
from services.followup.use_cases.attach_files import AttachFiles
from shared.runtime.document_transfer import DOWNLOAD, MAX_BODY_BYTES, UPLOAD_BODY, incoming_file, outgoing_file
from shared.runtime.security import CurrentPrincipal


def attachment_routes(attach: AttachFiles, files: Attachments) -> APIRouter:
    """The routes."""
    router = APIRouter(
        prefix="/api/followups/{follow_up_id}/attachments", tags=["interactions"], dependencies=WITH_ACCESS
    )

    @router.post("", status_code=201, max_body_size=MAX_BODY_BYTES, openapi_extra=UPLOAD_BODY)
    async def send(follow_up_id: UuidText, request: Request, principal: CurrentPrincipal) -> SentFileOut:
        """A file for an interaction: the body itself, named in `Content-Disposition`, or the first file of a form.

        A command attaches it by its id in `details.attachments`; it is forgotten after a day without one.
        """
        return SentFileOut.of(await attach.send(principal, follow_up_id, await incoming_file(request)))

    @router.get("/{document_id}", response_class=StreamingResponse, responses=DOWNLOAD)
    async def read(follow_up_id: UuidText, document_id: UuidText, principal: CurrentPrincipal) -> StreamingResponse:
        """The file, to be saved, for whoever reaches the client; also one that was taken away since."""
        document = await attach.find(principal, follow_up_id, document_id)
        return outgoing_file(document, files.read(document))

    return router
