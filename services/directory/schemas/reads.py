"""What people read of the directory, and where a page ends."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel

from services.directory.ports import ClientSeen, Person, Place, Unit
from shared.rulebook.access import AccessLevel, Rights
from shared.rulebook.errors import Invalid


class RightsOut(BaseModel):
    """What somebody may do, profile and person united."""

    manage_campaigns: bool
    access_level: AccessLevel
    administrator: bool
    operator: bool

    @classmethod
    def of(cls, rights: Rights) -> Self:
        """The rights as shown."""
        return cls(
            manage_campaigns=rights.manage_campaigns,
            access_level=rights.access_level,
            administrator=rights.administrator,
            operator=rights.operator,
        )


class UnitOut(BaseModel):
    """A unit; `path` holds unit ids from the root to itself."""

    unit_id: str
    external_id: str
    name: str
    parent_id: str | None
    path: tuple[str, ...]
    active: bool

    @classmethod
    def of(cls, unit: Unit) -> Self:
        """The unit as shown."""
        return cls(
            unit_id=unit.id,
            external_id=unit.external_id,
            name=unit.name,
            parent_id=unit.parent_id,
            path=unit.path,
            active=unit.active,
        )


class UnitList(BaseModel):
    """Units, parents before what lies below them."""

    items: list[UnitOut]


class UserOut(BaseModel):
    """A person as others see them."""

    user_id: str
    external_id: str
    name: str
    email: str | None
    language: str
    unit_id: str
    unit_name: str
    manage_campaigns: bool
    active: bool

    @classmethod
    def of(cls, person: Person) -> Self:
        """The person as shown."""
        user = person.user
        return cls(
            user_id=user.id,
            external_id=user.external_id,
            name=user.name,
            email=user.email,
            language=user.language,
            unit_id=user.unit_id,
            unit_name=person.unit_name,
            manage_campaigns=person.rights.manage_campaigns,
            active=user.active,
        )


class UserPage(BaseModel):
    """One page in French order; `next` is given as `after` for the following one."""

    items: list[UserOut]
    next: str | None


class Me(BaseModel):
    """Who is asking. The CRM's own credential has no unit."""

    user_id: str
    external_id: str | None
    name: str
    language: str
    unit_id: str | None
    unit_name: str | None
    rights: RightsOut
    crm: bool


class ClientSummary(BaseModel):
    """A client in a list."""

    client_id: str
    external_id: str
    name: str
    phone: str | None
    email: str | None
    advisor_id: str
    advisor_name: str
    unit_id: str
    active: bool

    @classmethod
    def of(cls, seen: ClientSeen) -> Self:
        """The client as shown."""
        return cls.model_validate(_fields(seen))


class ClientOut(ClientSummary):
    """A client with all that the CRM told."""

    attributes: Mapping[str, Any]

    @classmethod
    def of(cls, seen: ClientSeen) -> Self:
        """The client as shown."""
        return cls.model_validate(_fields(seen) | {"attributes": seen.client.attributes})


class ClientPage(BaseModel):
    """One page in French order; `next` is given as `after` for the following one."""

    items: list[ClientSummary]
    next: str | None


def cursor_after(rows: Sequence[tuple[Place, object]], limit: int) -> str | None:
    """Where the next page begins, when this one is full."""
    if len(rows) < limit:
        return None
    place = rows[-1][0]
    return base64.urlsafe_b64encode(json.dumps([place.sort_key, place.id]).encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> Place | None:
    """The place that a cursor names; Invalid `cursor_invalid` when it is none of ours."""
    if cursor is None:
        return None
    try:
        sort_key, row_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = Place(sort_key=_storable(sort_key), id=str(UUID(row_id)))
    except (ValueError, TypeError, AttributeError):
        raise Invalid("cursor_invalid", {"after": cursor}) from None
    return place


def _storable(text: str) -> str:
    """The text, or ValueError when PostgreSQL could not hold it."""
    text.encode()
    if "\0" in text:
        raise ValueError(text)
    return text


def _fields(seen: ClientSeen) -> dict[str, Any]:
    client = seen.client
    return {
        "client_id": client.id,
        "external_id": client.external_id,
        "name": client.name,
        "phone": client.phone,
        "email": client.email,
        "advisor_id": client.advisor_id,
        "advisor_name": seen.advisor_name,
        "unit_id": seen.unit_id,
        "active": client.active,
    }
