"""The CRM puts users and clients, thousands at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.directory.ports import Author, Client, Directory, Profile, Unit, User, Writing
from services.directory.use_cases.administrators import LAST, LAST_DETAIL, users_who_must_stay
from services.directory.use_cases.bulk import Given, Outcome, RowError, in_chunks, items_of, refuse, without_repeats
from services.directory.use_cases.put_structure import CHUNK, user_changed
from services.directory.use_cases.rights_audit import changed_users
from shared.contracts.directory import ClientChanged


async def put_users(directory: Directory, given: Sequence[Given[User]], outcome: Outcome, *, author: Author) -> None:
    """Keep the users whose unit and profile are known, and active where the user is.

    Row errors: `duplicate_in_call`, `unknown_unit`, `unknown_profile`, `inactive_unit`, `inactive_profile`,
    `last_administrator`.
    """
    for chunk in in_chunks(without_repeats(given, outcome), CHUNK):
        async with directory.writing() as held:
            around = await _around(held, items_of(chunk))
            good = refuse(chunk, outcome, around.problem)
            wanted = {one.item.id: around.completed(one.item) for one in good}
            last = await users_who_must_stay(held, list(wanted.values()), around.users, around.profiles)
            good = refuse(good, outcome, lambda one, last=last: _last(one, last))  # type: ignore[misc]
            saved = await held.save_users([wanted[one.item.id] for one in good])
            await held.note_rights_changes(changed_users(saved, around.users, around.units, around.profiles), author)
            await held.publish([user_changed(user) for user in saved])
        outcome.kept(rows=len(good), changed=len(saved))


async def put_clients(directory: Directory, given: Sequence[Given[Client]], outcome: Outcome, *, now: datetime) -> None:
    """Keep the clients whose advisor is known, be it one who left.

    Row errors: `duplicate_in_call`, `unknown_advisor`.
    """
    for chunk in in_chunks(without_repeats(given, outcome), CHUNK):
        async with directory.writing() as held:
            unknown = await held.unknown_users({one.item.advisor_id for one in chunk})
            good = refuse(chunk, outcome, lambda one, unknown=unknown: _unknown_advisor(one, unknown))  # type: ignore[misc]
            saved = await held.save_clients(items_of(good), now=now)
            await held.publish([_client_changed(client, now) for client in saved])
        outcome.kept(rows=len(good), changed=len(saved))


@dataclass(frozen=True, slots=True)
class _Around:
    """What is held of some users, and of the units and profiles that they have or shall have."""

    users: Mapping[str, User]
    units: Mapping[str, Unit]
    profiles: Mapping[str, Profile]

    def problem(self, one: Given[User]) -> RowError | None:
        """What is wrong with the user's place."""
        unit, profile = self.units.get(one.item.unit_id), self.profiles.get(one.item.profile_id)
        if unit is None:
            return one.refused("unknown_unit", "No unit has the external_id given as unit; put it first.")
        if profile is None:
            return one.refused("unknown_profile", "No profile has the external_id given as profile; put it first.")
        if one.item.active and not unit.active:
            return one.refused("inactive_unit", "The unit is no longer active: an active user needs another one.")
        if one.item.active and not profile.active:
            return one.refused("inactive_profile", "The profile is no longer active: an active user needs another one.")
        return None

    def completed(self, user: User) -> User:
        """The user with the personal rights that hold from now on."""
        if not user.keeps_rights:
            return user
        before = self.users.get(user.id)
        return replace(user, rights=user.rights if before is None else before.rights, keeps_rights=False)


async def _around(held: Writing, given: Sequence[User]) -> _Around:
    users = await held.users_named([user.id for user in given])
    both = [*given, *users.values()]
    return _Around(
        users,
        await held.units_named({user.unit_id for user in both}),
        await held.profiles_named({user.profile_id for user in both}),
    )


def _last(one: Given[User], last: Collection[str]) -> RowError | None:
    return one.refused(LAST, LAST_DETAIL) if one.item.id in last else None


def _unknown_advisor(one: Given[Client], unknown: Collection[str]) -> RowError | None:
    if one.item.advisor_id not in unknown:
        return None
    return one.refused("unknown_advisor", "No user has the external_id given as advisor; put the user first.")


def _client_changed(client: Client, now: datetime) -> ClientChanged:
    return ClientChanged(
        client_id=client.id,
        external_id=client.external_id,
        name=client.name,
        phone=client.phone,
        email=client.email,
        advisor_id=client.advisor_id,
        active=client.active,
        changed_at=now,
        revision=client.revision,
    )
