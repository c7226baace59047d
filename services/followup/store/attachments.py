"""The files of interactions, in this service's own schema."""

from collections.abc import Collection, Mapping
from datetime import datetime

from services.followup.tables import documents
from shared.rulebook.errors import Invalid
from shared.runtime.database import Database
from shared.runtime.documents import Document, Documents


class PostgresAttachments(Documents):
    """The store of files, through that role's connections."""

    def __init__(self, database: Database, *, max_bytes: int) -> None:
        super().__init__(database, documents, max_bytes=max_bytes)
        self._own = database

    async def attach_all(self, owner_id: str, document_ids: Collection[str], at: datetime) -> Mapping[str, Document]:
        """See the port."""
        async with self._own.transaction() as connection:
            missing = sorted(set(document_ids) - await self.attach(connection, owner_id, document_ids, at))
            if missing:
                raise Invalid("document_unknown", {"documents": missing})
        return await self.find(owner_id, document_ids)
