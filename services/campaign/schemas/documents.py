"""A document as it is shown once it was sent."""

import datetime as dt
from typing import Self

from pydantic import BaseModel

from shared.runtime.documents import Document


class DocumentOut(BaseModel):
    """A document that is kept; steps refer to it by `document_id`."""

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
