"""What the directory's use cases need: its own records, and a place where one writer at a time changes them."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shared.contracts.directory import PrincipalRecord
from shared.contracts.wire import Event
from shared.rulebook.access import Principal, Rights


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, a user id or `crm`, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; `path` holds unit ids from the root to itself. `revision` is 0 until saved."""

    id: str
    external_id: str
    name: str
    parent_id: str | None
    active: bool = True
    path: tuple[str, ...] = ()
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """Rights that many users share."""

    id: str
    external_id: str
    name: str
    rights: Rights


@dataclass(frozen=True, slots=True)
class User:
    """A person of the network; `rights` are the personal ones, beside the profile's. `revision` is 0 until saved."""

    id: str
    external_id: str
    name: str
    email: str | None
    language: str
    unit_id: str
    profile_id: str
    rights: Rights
    active: bool = True
    unit_path: tuple[str, ...] = ()
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Client:
    """A client of one advisor, with the attributes that the CRM gave. `revision` is 0 until saved."""

    id: str
    external_id: str
    name: str
    phone: str | None
    email: str | None
    advisor_id: str
    attributes: Mapping[str, Any]
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """A user as others may see them, with the rights that profile and person have together."""

    user: User
    unit_name: str
    rights: Rights


@dataclass(frozen=True, slots=True)
class ClientSeen:
    """A client with the names that a screen shows beside."""

    client: Client
    advisor_name: str
    unit_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list begins: after this row, in French order."""

    sort_key: str
    id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for: rows that hold `search`, at most `limit` of them, after a place."""

    search: str = ""
    after: Place | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class UsersWanted(Wanted):
    """Users of a unit and all below it, only those who may own a campaign, inactive ones too."""

    unit_id: str | None = None
    manage_campaigns: bool = False
    inactive: bool = False


class Writing(Protocol):
    """One transaction in which nobody else writes: what it read stays true until it ends."""

    async def units(self) -> Sequence[Unit]:
        """The whole tree."""

    async def save_units(self, units: Sequence[Unit]) -> Sequence[Unit]:
        """Write those that differ from what is held; answers them with their new revision."""

    async def move_users_of(self, unit_ids: Collection[str]) -> Sequence[User]:
        """Give the users of these units a new revision, since their units' paths changed; answers them."""

    async def save_profiles(self, profiles: Sequence[Profile]) -> int:
        """Write those that differ from what is held, and note their users' principals as changed; answers how many."""

    async def save_users(self, users: Sequence[User]) -> Sequence[User]:
        """Write those that differ from what is held, and note their principals as changed; answers them as saved."""

    async def save_clients(self, clients: Sequence[Client], *, now: datetime) -> Sequence[Client]:
        """Write those that differ from what is held; answers them with their new revision."""

    async def unknown_units(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that name no unit."""

    async def unknown_profiles(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that name no profile."""

    async def unknown_users(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that name no user."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Let the events leave once this transaction is committed, and only then."""


class Directory(Protocol):
    """The records, to write and to read."""

    def writing(self) -> AbstractAsyncContextManager[Writing]:
        """A transaction that waits until no other writes."""

    async def person(self, user_id: str) -> Person | None:
        """One user, whoever asks."""

    async def list_users(self, reader: Principal, wanted: UsersWanted) -> Sequence[tuple[Place, Person]]:
        """Users within the reader's reach, in French order."""

    async def list_units(self, reader: Principal) -> Sequence[Unit]:
        """Units within the reader's reach, parents first, then in French order."""

    async def list_clients(self, reader: Principal, wanted: Wanted) -> Sequence[tuple[Place, ClientSeen]]:
        """Clients within the reader's reach, in French order."""

    async def client(self, reader: Principal, client_id: str) -> ClientSeen | None:
        """One client, when within the reader's reach."""


@dataclass(frozen=True, slots=True)
class PrincipalChange:
    """A user's principal as it is now, and the number of the change that made it so."""

    number: int
    principal: PrincipalRecord


class PrincipalChanges(Protocol):
    """Changes of principals in their order, each kept until it was told."""

    def telling(self, *, limit: int) -> AbstractAsyncContextManager["Telling | None"]:
        """The next changes, none of which another teller sees meanwhile; None while another tells.

        When the context ends without an error, they count as told.
        """

    async def all(self) -> Sequence[PrincipalRecord]:
        """Every principal as it is now."""

    async def tell_again(self, user_ids: Sequence[str]) -> None:
        """Note these users' principals as changed."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Changes to be told; `more` says that others wait behind them."""

    changes: Sequence[PrincipalChange]
    more: bool


class PrincipalsBucket(Protocol):
    """The key-value bucket that every service watches."""

    async def prepare(self) -> None:
        """Create it where absent."""

    async def put(self, principals: Sequence[PrincipalRecord]) -> None:
        """Write them; returns when all are acknowledged."""

    async def remove(self, user_ids: Sequence[str]) -> None:
        """Take these users out; returns when all is acknowledged."""

    async def all(self) -> Mapping[str, PrincipalRecord]:
        """What it holds, by user id."""

    async def heartbeat(self) -> None:
        """Tell every service that the bucket is up to date now."""
