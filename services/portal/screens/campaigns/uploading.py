"""The documents that come with a sheet are kept at once, so that no later mistake loses them."""

from starlette.datastructures import UploadFile

from services.portal.filled import Filled
from services.portal.forms import Sent
from services.portal.screens.campaigns.sheet import STEPS, add_document, step_field
from services.portal.upstream import UpstreamProblem


def files_of(form: Sent) -> list[tuple[str, UploadFile]]:
    """The files chosen, each with the id of its step."""
    return [
        (step_id, file)
        for step_id in form.texts(STEPS)
        for file in form.fields.getlist(step_field(step_id, "files"))
        if isinstance(file, UploadFile) and file.filename
    ]


async def attach_all(form: Sent, sheet: Filled, campaign_id: str) -> None:
    """Send each file to the campaign; its step on the sheet has it as a document then, or says why not."""
    for step_id, file in files_of(form):
        parts = {"file": (file.filename, file.file, file.content_type or "application/octet-stream")}
        try:
            kept = await form.visit.api.call("POST", f"/api/campaigns/{campaign_id}/documents", files=parts)
        except UpstreamProblem as problem:
            said = problem.detail or form.visit.say("error.unavailable")
            sheet.errors[step_field(step_id, "files")] = form.visit.say("frame.about", what=file.filename, whom=said)
        else:
            add_document(sheet, step_id, kept.body)
