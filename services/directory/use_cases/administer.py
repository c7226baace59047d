"""Administrators change profiles and personal rights by hand, each change seen, weighed and written down (spec 1.2)."""

from collections.abc import Sequence
from dataclasses import replace

from services.directory.ports import (
    AuditWanted,
    Author,
    Directory,
    Person,
    Profile,
    RecordedChange,
    User,
    Writing,
)
from services.directory.use_cases.administrators import LAST, profiles_that_must_stay, users_who_must_stay
from services.directory.use_cases.put_structure import user_changed
from services.directory.use_cases.rights_audit import changed_profiles, changed_users, deleted_profile
from shared.rulebook.access import Action, Principal, Rights, may
from shared.rulebook.errors import NotVisible, Refused


class VersionChanged(Refused):
    """Somebody else saved in between: what the editor saw is not what stands any more."""

    def __init__(self, *, expected: int, present: int) -> None:
        super().__init__("version_changed", {"expected": expected, "present": present})


async def change_profile(
    directory: Directory, profile_id: str, *, name: str, rights: Rights, active: bool, seen: int, author: Author
) -> Profile:
    """The profile as it stands now, whose users have its rights within a second.

    NotVisible `profile_unknown`; VersionChanged; Refused `profile_in_use` when active users have one that is put out
    of use, `last_administrator`.
    """
    async with directory.writing() as held:
        present = await _profile(held, profile_id, seen)
        wanted = replace(present, name=name, rights=rights, active=active)
        if not active and await held.profiles_in_use([profile_id]):
            raise Refused("profile_in_use")
        if await profiles_that_must_stay(held, [wanted], {profile_id: present}):
            raise Refused(LAST)
        saved = await held.save_profiles([wanted])
        await held.note_rights_changes(changed_profiles(saved, {profile_id: present}), author)
    return saved[0] if saved else present


async def delete_profile(directory: Directory, profile_id: str, *, seen: int, author: Author) -> None:
    """Forget a profile that nobody has. NotVisible `profile_unknown`; VersionChanged; Refused `profile_in_use`."""
    async with directory.writing() as held:
        present = await _profile(held, profile_id, seen)
        if await held.profiles_in_use([profile_id], active=False):
            raise Refused("profile_in_use")
        await held.delete_profile(profile_id)
        await held.note_rights_changes([deleted_profile(present)], author)


async def change_rights(directory: Directory, user_id: str, rights: Rights, *, seen: int, author: Author) -> Person:
    """The person with these personal rights beside the profile's, which hold within a second.

    NotVisible `user_unknown`; VersionChanged; Refused `last_administrator`.
    """
    async with directory.writing() as held:
        present = (await held.users_named([user_id])).get(user_id)
        if present is None:
            raise NotVisible("user_unknown")
        _check(present.revision, seen)
        await _save_rights(held, present, replace(present, rights=rights), author)
    return await person(directory, user_id)


async def person(directory: Directory, user_id: str) -> Person:
    """One user with the rights of profile and person; NotVisible `user_unknown`."""
    found = await directory.person(user_id)
    if found is None:
        raise NotVisible("user_unknown")
    return found


async def profile(directory: Directory, profile_id: str) -> Profile:
    """One profile; NotVisible `profile_unknown`."""
    found = await directory.profile(profile_id)
    if found is None:
        raise NotVisible("profile_unknown")
    return found


async def rights_changes(directory: Directory, reader: Principal, wanted: AuditWanted) -> Sequence[RecordedChange]:
    """A page of the audit; Forbidden `right_missing` for everybody but an administrator."""
    may(reader, Action.ADMINISTER)
    return await directory.list_rights_changes(wanted)


async def _save_rights(held: Writing, present: User, wanted: User, author: Author) -> None:
    before = {present.id: present}
    profiles = await held.profiles_named([present.profile_id])
    if await users_who_must_stay(held, [wanted], before, profiles):
        raise Refused(LAST)
    saved = await held.save_users([wanted])
    units = await held.units_named([present.unit_id])
    await held.note_rights_changes(changed_users(saved, before, units, profiles), author)
    await held.publish([user_changed(user) for user in saved])


async def _profile(held: Writing, profile_id: str, seen: int) -> Profile:
    present = (await held.profiles_named([profile_id])).get(profile_id)
    if present is None:
        raise NotVisible("profile_unknown")
    _check(present.revision, seen)
    return present


def _check(present: int, seen: int) -> None:
    if present != seen:
        raise VersionChanged(expected=seen, present=present)
