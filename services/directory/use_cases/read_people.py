"""People look clients up: with an access level at all, and then as far as it reaches (spec 1.2, 1.4)."""

from collections.abc import Sequence

from services.directory.ports import ClientSeen, ClientsWanted, Directory, Place
from shared.rulebook.access import Action, Principal, may


async def clients_within_reach(
    directory: Directory, reader: Principal, wanted: ClientsWanted
) -> Sequence[tuple[Place, ClientSeen]]:
    """A page of clients; Forbidden `right_missing` without any access level."""
    may(reader, Action.QUERY_CLIENTS)
    return await directory.list_clients(reader, wanted)


async def one_client(directory: Directory, reader: Principal, client_id: str) -> ClientSeen | None:
    """The client, or None outside the reach; Forbidden `right_missing` without any access level."""
    may(reader, Action.QUERY_CLIENTS)
    return await directory.client(reader, client_id)
