"""The rights that people hold and how far they reach (docs/domain.md, Rights)."""

from dataclasses import dataclass
from enum import StrEnum


class AccessLevel(StrEnum):
    """How far a user reaches, from nothing to everything (spec 1.2)."""

    NONE = "NONE"
    OWN = "OWN"
    UNIT = "UNIT"
    SUBTREE = "SUBTREE"
    ALL = "ALL"


_WIDTH = {level: width for width, level in enumerate(AccessLevel)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What a profile gives, or one user beyond the profile."""

    manage_campaigns: bool = False
    access_level: AccessLevel = AccessLevel.NONE
    administrator: bool = False
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a user of one unit with the rights that hold now, or the CRM's service credential."""

    user_id: str
    unit_id: str
    unit_path: tuple[str, ...]
    """Unit ids, the root first, the own unit last."""
    manage_campaigns: bool = False
    access_level: AccessLevel = AccessLevel.NONE
    administrator: bool = False
    operator: bool = False
    crm: bool = False


def combine(profile: Rights, extra: Rights | None) -> Rights:
    """The rights of a user: those of the profile and those given beyond it, the wider access level (spec 1.2)."""
    if extra is None:
        return profile
    return Rights(
        manage_campaigns=profile.manage_campaigns or extra.manage_campaigns,
        access_level=max(profile.access_level, extra.access_level, key=_WIDTH.__getitem__),
        administrator=profile.administrator or extra.administrator,
        operator=profile.operator or extra.operator,
    )


def in_reach(principal: Principal, advisor_id: str, advisor_unit_path: tuple[str, ...]) -> bool:
    """Whether the principal's reach covers the clients of this advisor (spec 1.2); the CRM's covers all."""
    if principal.crm or principal.access_level is AccessLevel.ALL:
        return True
    if principal.access_level is AccessLevel.NONE:
        return False
    if principal.user_id == advisor_id:
        return True
    if principal.access_level is AccessLevel.UNIT:
        return advisor_unit_path[-1:] == (principal.unit_id,)
    return principal.access_level is AccessLevel.SUBTREE and principal.unit_id in advisor_unit_path
