"""Interactions and timelines in memory, as tests put them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.followup.ports import Interaction, TimelineEntry, TimelinePage
from shared.rulebook.access import Principal


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
