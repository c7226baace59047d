"""Documents of steps: sent to a campaign, attached by a save, read by whoever sees the campaign (spec 2.3)."""

from services.campaign.use_cases.definitions import Draft, documents_of
from services.campaign.use_cases.rights import may_change, permitted, visible
from services.campaign.use_cases.saving import Desk
from shared.contracts.campaign import StepDocument
from shared.rulebook.access import Action, Principal
from shared.rulebook.errors import NotVisible, Refused
from shared.runtime.documents import Document, Incoming


async def send(desk: Desk, asker: Principal, campaign_id: str, incoming: Incoming) -> Document:
    """Keep a document; it is swept after a day unless a version of the campaign is saved that refers to it."""
    campaign = await permitted(desk.campaigns, campaign_id, asker, Action.CHANGE_CAMPAIGN)
    if campaign.definition.archived:
        raise Refused("archived")
    return await desk.files.keep(incoming, owner_id=campaign_id, by=asker.user_id, at=desk.clock.now())


async def find(desk: Desk, reader: Principal, campaign_id: str, document_id: str) -> Document:
    """A document of the campaign as it is now; those of earlier versions, or of none yet, for who may change it."""
    campaign = await visible(desk.campaigns, campaign_id, reader)
    found = (await desk.files.find(campaign_id, [document_id])).get(document_id)
    readable = document_id in documents_of(campaign.definition) or await may_change(desk.campaigns, campaign, reader)
    if found is None or not readable:
        raise NotVisible("not_visible", {"missing": "reach"})
    return found


async def with_documents(desk: Desk, campaign_id: str, draft: Draft) -> Draft:
    """The draft, each step with its documents whole. Invalid `document_unknown`."""
    asked = {one for ids in draft.documents.values() for one in ids}
    found = await desk.files.find(campaign_id, asked) if asked else {}
    return draft.with_documents({one: _attached(document) for one, document in found.items()})


def _attached(document: Document) -> StepDocument:
    return StepDocument(
        id=document.document_id,
        name=document.name,
        media_type=document.media_type,
        size=document.size,
        sha256=document.sha256,
    )
