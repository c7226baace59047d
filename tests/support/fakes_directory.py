"""The directory's records and bucket in memory, and callers whose tokens are their names."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from services.directory.ports import (
    AuditWanted,
    Author,
    Client,
    ClientSeen,
    ClientsWanted,
    Person,
    Place,
    Profile,
    RecordedChange,
    RightsChange,
    Unit,
    User,
    UsersWanted,
    Wanted,
)
from shared.contracts.wire import Event
from shared.rulebook.access import AccessLevel, Principal, in_reach
from shared.rulebook.ids import unit_id, user_id
from shared.runtime.problems import HTTPProblem
from shared.runtime.security import crm_principal
from tests.support.fakes_directory_holdings import FakeHoldings

Saved = TypeVar("Saved", Unit, Profile, User, Client)
Row = TypeVar("Row")


@dataclass
class FakeDirectory(FakeHoldings):
    """Both `Directory` and `Writing`: what is written stands at once, and is not taken back when a block raises."""

    units_by_id: dict[str, Unit] = field(default_factory=dict)
    profiles_by_id: dict[str, Profile] = field(default_factory=dict)
    users_by_id: dict[str, User] = field(default_factory=dict)
    clients_by_id: dict[str, Client] = field(default_factory=dict)
    published: list[Event] = field(default_factory=list)
    changes: list[RecordedChange] = field(default_factory=list)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator["FakeDirectory"]:
        yield self

    async def units(self) -> Sequence[Unit]:
        return list(self.units_by_id.values())

    async def save_units(self, units: Sequence[Unit]) -> Sequence[Unit]:
        return _save(self.units_by_id, units)

    async def move_users_of(self, unit_ids: Collection[str]) -> Sequence[User]:
        moved = [user for user in self.users_by_id.values() if user.unit_id in unit_ids]
        for user in moved:
            self.users_by_id[user.id] = self._placed(replace(user, revision=user.revision + 1))
        return [self.users_by_id[user.id] for user in moved]

    async def save_profiles(self, profiles: Sequence[Profile]) -> Sequence[Profile]:
        return _save(self.profiles_by_id, profiles)

    async def delete_profile(self, profile_id: str) -> None:
        del self.profiles_by_id[profile_id]

    async def save_users(self, users: Sequence[User]) -> Sequence[User]:
        return _save(self.users_by_id, [self._placed(user) for user in users])

    async def save_clients(self, clients: Sequence[Client], *, now: datetime) -> Sequence[Client]:
        del now
        return _save(self.clients_by_id, clients)

    async def units_named(self, ids: Collection[str]) -> Mapping[str, Unit]:
        return {unit_id: unit for unit_id, unit in self.units_by_id.items() if unit_id in ids}

    async def profiles_named(self, ids: Collection[str]) -> Mapping[str, Profile]:
        return {profile_id: profile for profile_id, profile in self.profiles_by_id.items() if profile_id in ids}

    async def users_named(self, ids: Collection[str]) -> Mapping[str, User]:
        return {user_id: user for user_id, user in self.users_by_id.items() if user_id in ids}

    async def units_in_use(self, ids: Collection[str]) -> set[str]:
        return {user.unit_id for user in self.users_by_id.values() if user.active} & set(ids)

    async def profiles_in_use(self, ids: Collection[str], *, active: bool = True) -> set[str]:
        return {user.profile_id for user in self.users_by_id.values() if user.active or not active} & set(ids)

    async def administered(
        self, *, beside: Collection[str] = (), granting: Collection[str] = (), denying: Collection[str] = ()
    ) -> bool:
        by_profile = {profile.id for profile in self.profiles_by_id.values() if profile.rights.administrator}
        by_profile = (by_profile - set(denying)) | set(granting)
        return any(
            user.active and user.id not in beside and (user.rights.administrator or user.profile_id in by_profile)
            for user in self.users_by_id.values()
        )

    async def unknown_users(self, ids: Collection[str]) -> set[str]:
        return set(ids) - self.users_by_id.keys()

    async def unknown_clients(self, ids: Collection[str]) -> set[str]:
        return set(ids) - self.clients_by_id.keys()

    async def note_rights_changes(self, changes: Sequence[RightsChange], author: Author) -> None:
        for change in changes:
            self.changes.append(RecordedChange(len(self.changes) + 1, change, author, None, None))

    async def list_rights_changes(self, wanted: AuditWanted) -> Sequence[RecordedChange]:
        kept = [
            one
            for one in reversed(self.changes)
            if wanted.subject_id in (None, one.change.subject_id) and wanted.author in (None, one.author.by)
        ]
        return kept[: wanted.limit]

    async def list_profiles(self) -> Sequence[Profile]:
        return sorted(self.profiles_by_id.values(), key=lambda profile: profile.name.lower())

    async def profile(self, profile_id: str) -> Profile | None:
        return self.profiles_by_id.get(profile_id)

    async def publish(self, events: Sequence[Event]) -> None:
        self.published.extend(events)

    async def person(self, user_id: str) -> Person | None:
        user = self.users_by_id.get(user_id)
        return None if user is None else self._person(user)

    async def list_users(self, reader: Principal, wanted: UsersWanted) -> Sequence[tuple[Place, Person]]:
        people = [
            self._person(user)
            for user in self.users_by_id.values()
            if reader.administrator or user.id == reader.user_id or in_reach(reader, user.id, user.unit_path)
        ]
        kept = [
            person
            for person in people
            if (wanted.inactive or person.user.active)
            and (wanted.unit_id is None or wanted.unit_id in person.user.unit_path)
            and (person.rights.manage_campaigns or not wanted.manage_campaigns)
        ]
        return _page([(Place(person.user.name.lower(), person.user.id), person) for person in kept], wanted)

    async def list_units(self, reader: Principal, *, inactive: bool = False) -> Sequence[Unit]:
        seen = [unit for unit in self.units_by_id.values() if _sees_unit(reader, unit) and (unit.active or inactive)]
        return sorted(seen, key=lambda unit: (len(unit.path), unit.name.lower()))

    async def list_clients(self, reader: Principal, wanted: ClientsWanted) -> Sequence[tuple[Place, ClientSeen]]:
        clients = [client for client in self.clients_by_id.values() if client.active or wanted.inactive]
        seen = [self._seen(client) for client in clients if self._in_reach(reader, client) and _asked(client, wanted)]
        return _page([(Place(one.client.name.lower(), one.client.id), one) for one in seen], wanted)

    async def client(self, reader: Principal, client_id: str) -> ClientSeen | None:
        client = self.clients_by_id.get(client_id)
        return self._seen(client) if client is not None and self._in_reach(reader, client) else None

    def _in_reach(self, reader: Principal, client: Client) -> bool:
        return in_reach(reader, client.advisor_id, self.users_by_id[client.advisor_id].unit_path)

    def _seen(self, client: Client) -> ClientSeen:
        advisor = self.users_by_id[client.advisor_id]
        return ClientSeen(client, advisor_name=advisor.name, unit_id=advisor.unit_id)

    def _person(self, user: User) -> Person:
        profile = self.profiles_by_id[user.profile_id]
        return Person(user, self.units_by_id[user.unit_id].name, profile.rights)

    def _placed(self, user: User) -> User:
        return replace(user, unit_path=self.units_by_id[user.unit_id].path)


@dataclass(frozen=True)
class TokensAreNames:
    """Stands in for `Security`: the token `crm` is the CRM's, any other the external id of one of `people`."""

    people: Mapping[str, Principal]

    async def principal(self, token: str) -> Principal:
        if token == "crm":
            return crm_principal()
        if token not in self.people:
            raise HTTPProblem(401, "unauthenticated")
        return self.people[token]


def a_principal(
    name: str, level: AccessLevel = AccessLevel.NONE, *, path: Sequence[str] = ("network",), **rights: bool
) -> Principal:
    """A user by external id; `path` holds external ids of units, the root first."""
    unit_path = tuple(map(unit_id, path))
    return Principal(user_id=user_id(name), unit_id=unit_path[-1], unit_path=unit_path, access_level=level, **rights)


def _save(held: dict[str, Saved], given: Sequence[Saved]) -> list[Saved]:
    changed = []
    for one in given:
        before = held.get(one.id)
        if before is None or replace(one, revision=before.revision) != before:
            held[one.id] = replace(one, revision=1 if before is None else before.revision + 1)
            changed.append(held[one.id])
    return changed


def _asked(client: Client, wanted: ClientsWanted) -> bool:
    return wanted.advisor_id in (None, client.advisor_id) and wanted.segment in (None, client.attributes.get("segment"))


def _sees_unit(reader: Principal, unit: Unit) -> bool:
    if reader.administrator or reader.crm or reader.access_level is AccessLevel.ALL:
        return True
    below = reader.access_level is AccessLevel.SUBTREE and reader.unit_id in unit.path
    return below or unit.id == reader.unit_id


def _page(rows: list[tuple[Place, Row]], wanted: Wanted) -> list[tuple[Place, Row]]:
    after = (wanted.after.sort_key, wanted.after.id) if wanted.after else ("", "")
    found = [row for row in rows if wanted.search.lower() in row[0].sort_key and (row[0].sort_key, row[0].id) > after]
    return sorted(found, key=lambda row: (row[0].sort_key, row[0].id))[: wanted.limit]
