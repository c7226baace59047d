"""Interactions and timelines in memory, as tests put them."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.followup.ports import Interaction, TimelineEntry, TimelinePage
from shared.rulebook.access import Principal
from shared.rulebook.errors import Invalid
from shared.runtime.documents import Document, Incoming


@dataclass(slots=True)
class FakeInteractions:
    """Interactions by follow-up and key, as tests put them."""

    rows: dict[tuple[str, str], Interaction] = field(default_factory=dict)

    async def one(self, follow_up_id: str, key: str) -> Interaction | None:
        """See the port."""
        return self.rows.get((follow_up_id, key))

    async def page(self, follow_up_id: str, *, after: str | None, limit: int) -> Sequence[Interaction]:
        """See the port."""
        keys = sorted(key for one, key in self.rows if one == follow_up_id and (after is None or key > after))
        return [self.rows[follow_up_id, key] for key in keys[:limit]]


class FakeAttachments:
    """No file is kept here."""

    async def keep(self, incoming: Incoming, *, owner_id: str, by: str, at: datetime) -> Document:
        """See the port."""
        raise NotImplementedError

    async def find(self, owner_id: str, document_ids: Collection[str]) -> Mapping[str, Document]:
        """See the port."""
        return {}

    async def read(self, document: Document) -> AsyncIterator[bytes]:
        """See the port."""
        yield b""

    async def attach_all(self, owner_id: str, document_ids: Collection[str], at: datetime) -> Mapping[str, Document]:
        """See the port."""
        raise Invalid("document_unknown", {"documents": sorted(document_ids)})


@dataclass(slots=True)
class FakeTimelines:
    """Timelines as tests put them."""

    entries: list[TimelineEntry] = field(default_factory=list)
    clients: set[str] = field(default_factory=set)

    async def of_follow_up(self, follow_up_id: str, page: TimelinePage) -> Sequence[TimelineEntry]:
        """See the port."""
        return self.entries[: page.limit]

    async def of_client(self, principal: Principal, client_id: str, page: TimelinePage) -> Sequence[TimelineEntry]:
        """See the port."""
        return self.entries[: page.limit]

    async def sees_client(self, principal: Principal, client_id: str) -> bool:
        """See the port."""
        return client_id in self.clients
