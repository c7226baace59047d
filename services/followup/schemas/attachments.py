"""Files of follow-ups as they are shown."""

import datetime as dt
from typing import Self

from pydantic import BaseModel

from shared.runtime.documents import Document


class SentFileOut(BaseModel):
    """A file that is kept; details attach it by `document_id`."""

    document_id: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: dt.datetime

    @classmethod
    def of(cls, document: Document) -> Self:
        """The answer."""
        return cls.model_validate(document, from_attributes=True)


class AttachmentOut(BaseModel):
    """A file attached to an interaction."""

    id: str
    name: str
    media_type: str
    size: int
