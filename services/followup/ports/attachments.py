"""Files attached to interactions."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import Protocol

from shared.runtime.documents import Document, Incoming


class Attachments(Protocol):
    """The files of follow-ups, each owned by one."""

    async def keep(self, incoming: Incoming, *, owner_id: str, by: str, at: datetime) -> Document:
        """Take a file in; it is swept after a day unless it is attached."""

    async def find(self, owner_id: str, document_ids: Collection[str]) -> Mapping[str, Document]:
        """Those of the files that are the follow-up's."""

    def read(self, document: Document) -> AsyncIterator[bytes]:
        """The bytes, piece by piece."""

    async def attach_all(self, owner_id: str, document_ids: Collection[str], at: datetime) -> Mapping[str, Document]:
        """Keep these for good. Invalid `document_unknown` names those not the follow-up's; then none is."""
