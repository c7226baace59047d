"""The CRM puts units and profiles; those below a unit that moved, or with a profile that changed, are told of too."""

from collections.abc import Collection, Iterable, Sequence

from services.directory.ports import Author, Directory, Profile, Unit, User, Writing
from services.directory.use_cases.administrators import LAST, LAST_DETAIL, profiles_that_must_stay
from services.directory.use_cases.bulk import Given, Outcome, RowError, in_chunks, items_of, refuse, without_repeats
from services.directory.use_cases.rights_audit import changed_profiles, changed_units
from services.directory.use_cases.tree import planted
from shared.contracts.directory import UnitChanged, UserChanged

CHUNK = 2000
"""Rows of one transaction: while it is open it holds the relay back, so that it should end within half a second."""


async def put_units(directory: Directory, given: Sequence[Given[Unit]], outcome: Outcome, *, author: Author) -> None:
    """Keep the rows that leave the structure a tree; a unit that moved takes all below it along, and their users.

    Row errors: `duplicate_in_call` and those of `planted`.
    """
    once = without_repeats(given, outcome)
    async with directory.writing() as held:
        present = {unit.id: unit for unit in await held.units()}
        in_use = await held.units_in_use([one.item.id for one in once if not one.item.active])
        refused = len(outcome.errors)
        tree = planted(once, present, outcome, in_use=in_use)
        kept = len(once) - (len(outcome.errors) - refused)
        saved = await held.save_units([unit for unit in tree.values() if _differs(unit, present.get(unit.id))])
        moved = [unit.id for unit in saved if unit.id in present and present[unit.id].path != unit.path]
        users = await held.move_users_of(moved) if moved else ()
        await held.note_rights_changes(changed_units(saved, present, tree), author)
        await held.publish([*(_unit_changed(unit) for unit in saved), *(user_changed(user) for user in users)])
    asked = {one.item.id for one in once}
    outcome.kept(rows=kept, changed=sum(unit.id in asked for unit in saved))


async def put_profiles(
    directory: Directory, given: Sequence[Given[Profile]], outcome: Outcome, *, author: Author
) -> None:
    """Keep the profiles; the rights of all who have one that changed are told anew.

    Row errors: `duplicate_in_call`, `profile_in_use`, `last_administrator`.
    """
    for chunk in in_chunks(without_repeats(given, outcome), CHUNK):
        async with directory.writing() as held:
            in_use = await held.profiles_in_use([one.item.id for one in chunk if not one.item.active])
            good = refuse(chunk, outcome, lambda one, in_use=in_use: _in_use(one, in_use))  # type: ignore[misc]
            good, changed = await _save_profiles(held, good, outcome, author)
        outcome.kept(rows=len(good), changed=changed)


async def _save_profiles(
    held: Writing, good: list[Given[Profile]], outcome: Outcome, author: Author
) -> tuple[list[Given[Profile]], int]:
    present = await held.profiles_named([one.item.id for one in good])
    last = await profiles_that_must_stay(held, items_of(good), present)
    good = refuse(good, outcome, lambda one: one.refused(LAST, LAST_DETAIL) if one.item.id in last else None)
    saved = await held.save_profiles(items_of(good))
    await held.note_rights_changes(changed_profiles(saved, present), author)
    return good, len(saved)


def user_changed(user: User) -> UserChanged:
    """The event that tells of a user as saved."""
    return UserChanged(
        user_id=user.id,
        external_id=user.external_id,
        name=user.name,
        email=user.email,
        language=user.language,
        unit_id=user.unit_id,
        unit_path=user.unit_path,
        active=user.active,
        revision=user.revision,
    )


def _in_use(one: Given[Profile], in_use: Collection[str]) -> RowError | None:
    if one.item.id not in in_use:
        return None
    return one.refused("profile_in_use", "Active users have this profile; give them another one first.")


def _differs(unit: Unit, present: Unit | None) -> bool:
    return present is None or _content(unit) != _content(present)


def _content(unit: Unit) -> Iterable[object]:
    return (unit.name, unit.parent_id, unit.active, unit.path)


def _unit_changed(unit: Unit) -> UnitChanged:
    return UnitChanged(
        unit_id=unit.id,
        external_id=unit.external_id,
        name=unit.name,
        parent_id=unit.parent_id,
        path=unit.path,
        active=unit.active,
        revision=unit.revision,
    )
