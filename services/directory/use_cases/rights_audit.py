"""What the audit says of a unit, a profile and a user: all that somebody's rights follow from, and no more."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.directory.ports import Profile, RightsChange, Subject, Unit, User
from shared.rulebook.access import Rights


def changed_units(saved: Iterable[Unit], present: Mapping[str, Unit], tree: Mapping[str, Unit]) -> list[RightsChange]:
    """Changes of place and activity; those below a unit that moved changed nothing of their own."""

    def content(unit: Unit) -> dict[str, Any]:
        parent = tree.get(unit.parent_id or "") or present.get(unit.parent_id or "")
        return {"parent": None if parent is None else parent.external_id, "active": unit.active}

    return _changes(Subject.UNIT, ((unit, present.get(unit.id)) for unit in saved), content)


def changed_profiles(saved: Iterable[Profile], present: Mapping[str, Profile]) -> list[RightsChange]:
    """Changes of rights, name and activity."""
    return _changes(Subject.PROFILE, ((profile, present.get(profile.id)) for profile in saved), _profile)


def deleted_profile(profile: Profile) -> RightsChange:
    """The profile is no more."""
    return RightsChange(Subject.PROFILE, profile.id, profile.external_id, _profile(profile), None)


def changed_users(
    saved: Iterable[User], present: Mapping[str, User], units: Mapping[str, Unit], profiles: Mapping[str, Profile]
) -> list[RightsChange]:
    """Changes of unit, profile, personal rights and activity; `units` and `profiles` hold those of before, too."""

    def content(user: User) -> dict[str, Any]:
        return {
            "unit": units[user.unit_id].external_id,
            "profile": profiles[user.profile_id].external_id,
            "active": user.active,
            **_rights(user.rights),
        }

    return _changes(Subject.USER, ((user, present.get(user.id)) for user in saved), content)


def _changes(subject: Subject, pairs: Iterable[tuple[Any, Any]], content: Any) -> list[RightsChange]:
    told = [(after, None if before is None else content(before), content(after)) for after, before in pairs]
    return [
        RightsChange(subject, one.id, one.external_id, before, after) for one, before, after in told if before != after
    ]


def _profile(profile: Profile) -> dict[str, Any]:
    return {"name": profile.name, "active": profile.active, **_rights(profile.rights)}


def _rights(rights: Rights) -> dict[str, Any]:
    return {
        "manage_campaigns": rights.manage_campaigns,
        "access_level": rights.access_level.value,
        "administrator": rights.administrator,
        "operator": rights.operator,
    }
