"""The files of this service, in its own schema."""

from services.campaign.tables import documents
from shared.runtime.database import Database
from shared.runtime.documents import Documents


def kept_documents(database: Database, *, max_bytes: int) -> Documents:
    """The store of files, through that role's connections."""
    return Documents(database, documents, max_bytes=max_bytes)
