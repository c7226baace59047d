"""The CRM puts units and profiles; those below a unit that moved, or with a profile that changed, are told of too."""

from collections.abc import Iterable, Sequence

from services.directory.ports import Directory, Profile, Unit, User
from services.directory.use_cases.bulk import Given, Outcome, items_of, without_repeats
from services.directory.use_cases.tree import planted
from shared.contracts.directory import UnitChanged, UserChanged


async def put_units(directory: Directory, given: Sequence[Given[Unit]], outcome: Outcome) -> None:
    """Keep the rows that leave the structure a tree; a unit that moved takes all below it along, and their users.

    Row errors: `duplicate_in_call` and those of `planted`.
    """
    once = without_repeats(given, outcome)
    async with directory.writing() as held:
        present = {unit.id: unit for unit in await held.units()}
        refused = len(outcome.errors)
        tree = planted(once, present, outcome)
        kept = len(once) - (len(outcome.errors) - refused)
        saved = await held.save_units([unit for unit in tree.values() if _differs(unit, present.get(unit.id))])
        moved = [unit.id for unit in saved if unit.id in present and present[unit.id].path != unit.path]
        users = await held.move_users_of(moved) if moved else ()
        await held.publish([*(_unit_changed(unit) for unit in saved), *(user_changed(user) for user in users)])
    asked = {one.item.id for one in once}
    outcome.kept(rows=kept, changed=sum(unit.id in asked for unit in saved))


async def put_profiles(directory: Directory, given: Sequence[Given[Profile]], outcome: Outcome) -> None:
    """Keep the profiles; the rights of all who have one that changed are told anew. Row error: `duplicate_in_call`."""
    once = without_repeats(given, outcome)
    async with directory.writing() as held:
        changed = await held.save_profiles(items_of(once))
    outcome.kept(rows=len(once), changed=changed)


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
