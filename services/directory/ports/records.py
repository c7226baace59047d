"""The directory's own records, and a place where one writer at a time changes them."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from services.directory.ports.audit import Audit, AuditWriting
from services.directory.ports.holdings import Holdings, HoldingsWriting
from services.directory.ports.people import (
    Client,
    ClientSeen,
    ClientsWanted,
    Person,
    Place,
    Profile,
    Unit,
    User,
    UsersWanted,
)
from shared.contracts.wire import Event
from shared.rulebook.access import Principal


class Writing(HoldingsWriting, AuditWriting, Protocol):
    """One transaction in which nobody else writes: what it read stays true until it ends."""

    async def units(self) -> Sequence[Unit]:
        """The whole tree."""

    async def save_units(self, units: Sequence[Unit]) -> Sequence[Unit]:
        """Write those that differ from what is held; answers them with their new revision."""

    async def move_users_of(self, unit_ids: Collection[str]) -> Sequence[User]:
        """Give the users of these units a new revision, since their units' paths changed; answers them."""

    async def save_profiles(self, profiles: Sequence[Profile]) -> Sequence[Profile]:
        """Write those that differ from what is held, and note their users' principals as changed; answers them."""

    async def delete_profile(self, profile_id: str) -> None:
        """Forget a profile that nobody has."""

    async def save_users(self, users: Sequence[User]) -> Sequence[User]:
        """Write those that differ from what is held, and note their principals as changed; answers them as saved."""

    async def save_clients(self, clients: Sequence[Client], *, now: datetime) -> Sequence[Client]:
        """Write those that differ from what is held; answers them with their new revision."""

    async def units_named(self, ids: Collection[str]) -> Mapping[str, Unit]:
        """Those of the units that are known, by id."""

    async def profiles_named(self, ids: Collection[str]) -> Mapping[str, Profile]:
        """Those of the profiles that are known, by id."""

    async def users_named(self, ids: Collection[str]) -> Mapping[str, User]:
        """Those of the users who are known, by id."""

    async def units_in_use(self, ids: Collection[str]) -> set[str]:
        """Those of the units in which an active user sits."""

    async def profiles_in_use(self, ids: Collection[str], *, active: bool = True) -> set[str]:
        """Those of the profiles that an active user has; or any user, who left too."""

    async def administered(
        self, *, beside: Collection[str] = (), granting: Collection[str] = (), denying: Collection[str] = ()
    ) -> bool:
        """Whether an active user carries ADMINISTRATOR, `beside` these users, if some profiles grant or deny it."""

    async def unknown_users(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that name no user."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Let the events leave once this transaction is committed, and only then."""


class Directory(Holdings, Audit, Protocol):
    """The records, to write and to read."""

    def writing(self) -> AbstractAsyncContextManager[Writing]:
        """A transaction that waits until no other writes."""

    async def person(self, user_id: str) -> Person | None:
        """One user, whoever asks."""

    async def list_users(self, reader: Principal, wanted: UsersWanted) -> Sequence[tuple[Place, Person]]:
        """Users within the reader's reach, in French order."""

    async def list_units(self, reader: Principal, *, inactive: bool = False) -> Sequence[Unit]:
        """Units within the reader's reach, parents first, then in French order."""

    async def list_profiles(self) -> Sequence[Profile]:
        """Every profile, in French order, whoever asks."""

    async def profile(self, profile_id: str) -> Profile | None:
        """One profile, whoever asks."""

    async def list_clients(self, reader: Principal, wanted: ClientsWanted) -> Sequence[tuple[Place, ClientSeen]]:
        """Clients within the reader's reach, in French order."""

    async def client(self, reader: Principal, client_id: str) -> ClientSeen | None:
        """One client, when within the reader's reach."""
