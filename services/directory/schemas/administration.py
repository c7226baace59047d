"""Profiles, personal rights and the audit, as administrators read and change them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel

from services.directory.ports import Door, Person, Profile, RecordedChange, Subject
from services.directory.schemas.fields import Line
from services.directory.schemas.puts import RightsInput
from services.directory.schemas.reads import RightsOut


class ProfileChange(RightsInput):
    """A profile as it shall be; rights that are not said are not given."""

    name: Line
    active: bool = True


class ProfileOut(BaseModel):
    """Rights that many users share."""

    profile_id: str
    external_id: str
    name: str
    rights: RightsOut
    active: bool
    revision: int

    @classmethod
    def of(cls, profile: Profile) -> Self:
        """The profile as shown."""
        return cls(
            profile_id=profile.id,
            external_id=profile.external_id,
            name=profile.name,
            rights=RightsOut.of(profile.rights),
            active=profile.active,
            revision=profile.revision,
        )


class ProfileList(BaseModel):
    """Profiles in French order."""

    items: list[ProfileOut]


class PersonRights(BaseModel):
    """What a user may do: by the profile, by what is given to the person, and together, which is what holds."""

    user_id: str
    external_id: str
    name: str
    unit_name: str
    profile_id: str
    profile: RightsOut
    personal: RightsOut
    together: RightsOut
    active: bool
    revision: int

    @classmethod
    def of(cls, person: Person) -> Self:
        """The rights as shown."""
        return cls(
            user_id=person.user.id,
            external_id=person.user.external_id,
            name=person.user.name,
            unit_name=person.unit_name,
            profile_id=person.user.profile_id,
            profile=RightsOut.of(person.profile_rights),
            personal=RightsOut.of(person.user.rights),
            together=RightsOut.of(person.rights),
            active=person.user.active,
            revision=person.user.revision,
        )


class ChangeOut(BaseModel):
    """One change; `before` is absent of what was new, `after` of what was deleted. `by` is a user id or `crm`."""

    number: int
    at: datetime
    by: str
    by_name: str | None
    door: Door
    subject: Subject
    subject_id: str
    subject_external_id: str
    subject_name: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @classmethod
    def of(cls, recorded: RecordedChange) -> Self:
        """The change as shown."""
        return cls(
            number=recorded.number,
            at=recorded.author.at,
            by=recorded.author.by,
            by_name=recorded.author_name,
            door=recorded.author.door,
            subject=recorded.change.subject,
            subject_id=recorded.change.subject_id,
            subject_external_id=recorded.change.external_id,
            subject_name=recorded.subject_name,
            before=recorded.change.before,
            after=recorded.change.after,
        )


class AuditPage(BaseModel):
    """One page, the latest first; `next` is given as `before` for the following one."""

    items: list[ChangeOut]
    next: int | None
