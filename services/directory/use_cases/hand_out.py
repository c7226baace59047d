"""Other services ask for clients in the name of a user, whose rights of this moment decide (spec 1.4, 3.1)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.directory.ports import ClientQueries, SavedQueries
from services.directory.use_cases import query_clients, save_queries
from shared.contracts.queries import (
    ClientsMatching,
    CountMatching,
    MatchingClient,
    MatchingClients,
    MatchingCount,
)
from shared.rulebook.access import Principal
from shared.rulebook.errors import Invalid

Rights = Callable[[str], Awaitable[Principal]]
"""The present rights of a user by id; Forbidden when there is no such active user, Unavailable while unsure."""


@dataclass(frozen=True, slots=True)
class HandOut:
    """The two questions: how many clients, and which."""

    clients: ClientQueries
    saved: SavedQueries
    rights: Rights

    async def count(self, asked: CountMatching) -> MatchingCount:
        """The number, with the filter that a saved query has now; Invalid, NotVisible, Forbidden as for the user."""
        reader = await self.rights(asked.user_id)
        if (asked.filter is None) == (asked.query_id is None):
            raise Invalid("query_unclear")
        whole = asked.filter
        if whole is None:
            whole = (await save_queries.visible(self.saved, reader, str(asked.query_id))).filter
        asking = await query_clients.asking(self.clients, reader, whole, asked.today)
        await query_clients.number_named(self.clients, asked.number)
        return MatchingCount(filter=whole, count=await query_clients.count(self.clients, asking))

    async def page(self, asked: ClientsMatching) -> MatchingClients:
        """The next clients by id, those within the reach that the user has now."""
        reader = await self.rights(asked.user_id)
        asking = await query_clients.asking(self.clients, reader, asked.filter, asked.today)
        number = await query_clients.number_named(self.clients, asked.number)
        rows = await query_clients.ids(self.clients, asking, after=asked.after, limit=asked.limit, number=number)
        return MatchingClients(
            clients=tuple(
                MatchingClient(client_id=row.client_id, advisor_id=row.advisor_id, number=row.number) for row in rows
            ),
            last=rows[-1].client_id if len(rows) == asked.limit else None,
        )
