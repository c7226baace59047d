"""Files of a follow-up: sent to it, attached by a command, read by whoever reaches the client (spec 5.4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.followup.ports import Attachments, Reading
from services.followup.use_cases.visible import visible
from shared.rulebook.access import Principal
from shared.rulebook.errors import NotVisible, Refused
from shared.rulebook.follow_up import Closing
from shared.runtime.clock import Clock
from shared.runtime.documents import Document, Incoming

ATTACHMENTS = "attachments"
_TAKES_NONE = {Closing.WITHDRAWN, Closing.ARCHIVED}


class AttachFiles:
    """The door of people to the files of follow-ups."""

    def __init__(self, files: Attachments, reading: Reading, clock: Clock) -> None:
        self._files = files
        self._reading = reading
        self._clock = clock

    async def send(self, sender: Principal, follow_up_id: str, incoming: Incoming) -> Document:
        """Keep a file; it is swept after a day unless a command attaches it.

        Raises NotVisible `follow_up_unknown`; Refused `archived` or `closed`, where nothing is recorded any more; what
        `Documents.keep` raises.
        """
        row = await visible(self._reading, sender, follow_up_id)
        if row.definition.archived:
            raise Refused("archived")
        if row.state.closing in _TAKES_NONE:
            raise Refused("closed", {"closing": row.state.closing})
        return await self._files.keep(incoming, owner_id=follow_up_id, by=sender.user_id, at=self._clock.now())

    async def find(self, reader: Principal, follow_up_id: str, document_id: str) -> Document:
        """A file of the follow-up, also one that was taken away since: the timeline still shows it."""
        await visible(self._reading, reader, follow_up_id)
        found = (await self._files.find(follow_up_id, [document_id])).get(document_id)
        if found is None:
            raise NotVisible("not_visible", {"missing": "reach"})
        return found


def attached_ids(details: Mapping[str, Any]) -> Sequence[str]:
    """The files that these details attach."""
    return details.get(ATTACHMENTS) or ()


async def with_attachments(
    files: Attachments, clock: Clock, follow_up_id: str, details: Mapping[str, Any]
) -> dict[str, Any]:
    """The details, their attachments whole: what a fact says of a file needs no look at it. Invalid `document_unknown`.

    The files are kept from now on, before the command is written down: one that is refused stays on the timeline with
    what came with it (docs/decisions/0061).
    """
    ids = attached_ids(details)
    if not ids:
        return dict(details)
    found = await files.attach_all(follow_up_id, ids, clock.now())
    return {**details, ATTACHMENTS: [_told(found[one]) for one in ids]}


def _told(document: Document) -> dict[str, Any]:
    return {
        "id": document.document_id,
        "name": document.name,
        "media_type": document.media_type,
        "size": document.size,
    }
