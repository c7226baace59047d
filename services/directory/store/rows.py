"""Rows as the values of the ports."""

from typing import Any

from services.directory.ports import Client, Person, Profile, Unit, User
from shared.contracts.directory import PrincipalRecord
from shared.rulebook.access import AccessLevel, Rights


def unit_of_row(row: Any) -> Unit:
    """A row of `units`."""
    return Unit(
        id=str(row.unit_id),
        external_id=row.external_id,
        name=row.name,
        parent_id=None if row.parent_id is None else str(row.parent_id),
        active=row.active,
        path=tuple(map(str, row.path)),
        revision=row.revision,
    )


def user_of_row(row: Any) -> User:
    """A row of `users` with its unit's path as `unit_path`."""
    return User(
        id=str(row.user_id),
        external_id=row.external_id,
        name=row.name,
        email=row.email,
        language=row.language,
        unit_id=str(row.unit_id),
        profile_id=str(row.profile_id),
        rights=rights_of_row(row),
        active=row.active,
        unit_path=tuple(map(str, row.unit_path)),
        revision=row.revision,
    )


def profile_of_row(row: Any) -> Profile:
    """A row of `profiles`."""
    return Profile(
        id=str(row.profile_id),
        external_id=row.external_id,
        name=row.name,
        rights=rights_of_row(row),
        active=row.active,
        revision=row.revision,
    )


def person_of_row(row: Any) -> Person:
    """A row of `users` with its unit's path and name, and with the profile's rights as `profile_*`."""
    return Person(user=user_of_row(row), unit_name=row.unit_name, profile_rights=rights_of_row(row, "profile_"))


def principal_of_row(row: Any) -> PrincipalRecord:
    """What the bucket holds of a user; who is not active has no rights."""
    person = person_of_row(row)
    user = person.user
    rights = person.rights if user.active else Rights()
    return PrincipalRecord(
        user_id=user.id,
        external_id=user.external_id,
        name=user.name,
        language=user.language,
        active=user.active,
        unit_id=user.unit_id,
        unit_path=user.unit_path,
        manage_campaigns=rights.manage_campaigns,
        access_level=rights.access_level,
        administrator=rights.administrator,
        operator=rights.operator,
    )


def client_of_row(row: Any) -> Client:
    """A row of `clients`."""
    return Client(
        id=str(row.client_id),
        external_id=row.external_id,
        name=row.name,
        phone=row.phone,
        email=row.email,
        advisor_id=str(row.advisor_id),
        attributes=row.attributes,
        active=row.active,
        revision=row.revision,
    )


def rights_of_row(row: Any, prefix: str = "") -> Rights:
    """The four columns of rights whose names begin with `prefix`."""
    return Rights(
        manage_campaigns=getattr(row, f"{prefix}manage_campaigns"),
        access_level=AccessLevel(getattr(row, f"{prefix}access_level")),
        administrator=getattr(row, f"{prefix}administrator"),
        operator=getattr(row, f"{prefix}operator"),
    )
