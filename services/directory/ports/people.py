"""Units, profiles, users and clients as values, and how lists of them are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.rulebook.access import Rights, combine


class Door(StrEnum):
    """Where a change came in: a bulk put, a CSV file, or the administration of profiles and rights."""

    PUT = "put"
    CSV = "csv"
    ADMINISTRATION = "administration"


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, a user id or `crm`, when, and through which door."""

    by: str
    at: datetime
    door: Door = Door.PUT


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; `path` holds unit ids from the root to itself. `revision` is 0 until saved."""

    id: str
    external_id: str
    name: str
    parent_id: str | None
    active: bool = True
    path: tuple[str, ...] = ()
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """Rights that many users share. `revision` is 0 until saved."""

    id: str
    external_id: str
    name: str
    rights: Rights
    active: bool = True
    revision: int = 0


@dataclass(frozen=True, slots=True)
class User:
    """A person of the network; `rights` are the personal ones, beside the profile's. `revision` is 0 until saved.

    One who is given with `keeps_rights` says nothing of personal rights: those held before stay.
    """

    id: str
    external_id: str
    name: str
    email: str | None
    language: str
    unit_id: str
    profile_id: str
    rights: Rights
    active: bool = True
    unit_path: tuple[str, ...] = ()
    revision: int = 0
    keeps_rights: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """A client of one advisor, with the attributes that the CRM gave. `revision` is 0 until saved."""

    id: str
    external_id: str
    name: str
    phone: str | None
    email: str | None
    advisor_id: str
    attributes: Mapping[str, Any]
    active: bool = True
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """A user as others may see them, with the rights that profile and person have together."""

    user: User
    unit_name: str
    profile_rights: Rights

    @property
    def rights(self) -> Rights:
        """The union."""
        return combine(self.profile_rights, self.user.rights)


@dataclass(frozen=True, slots=True)
class ClientSeen:
    """A client with the names that a screen shows beside."""

    client: Client
    advisor_name: str
    unit_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list begins: after this row, in French order."""

    sort_key: str
    id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for: rows that hold `search`, at most `limit` of them, after a place."""

    search: str = ""
    after: Place | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ClientsWanted(Wanted):
    """Clients of a unit and all below it, of one advisor, of one segment; those no longer active, too."""

    unit_id: str | None = None
    advisor_id: str | None = None
    segment: str | None = None
    inactive: bool = False


@dataclass(frozen=True, slots=True)
class UsersWanted(Wanted):
    """Users of a unit and all below it, only those who may own a campaign, inactive ones too."""

    unit_id: str | None = None
    manage_campaigns: bool = False
    inactive: bool = False
