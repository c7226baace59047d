"""Who changed what somebody may do: rights, and all that rights follow from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from services.directory.ports.people import Author


class Subject(StrEnum):
    """What was changed."""

    UNIT = "unit"
    PROFILE = "profile"
    USER = "user"


@dataclass(frozen=True, slots=True)
class RightsChange:
    """What rights follow from, before and after; None before what is new and after what was deleted."""

    subject: Subject
    subject_id: str
    external_id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """A change with its number, its author, and the names that a screen shows beside."""

    number: int
    change: RightsChange
    author: Author
    author_name: str | None
    subject_name: str | None


@dataclass(frozen=True, slots=True)
class AuditWanted:
    """Changes of one subject, by one author, from an instant to before another; those before a number."""

    subject_id: str | None = None
    author: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before_number: int | None = None
    limit: int = 50


class AuditWriting(Protocol):
    """The audit within a writing transaction."""

    async def note_rights_changes(self, changes: Sequence[RightsChange], author: Author) -> None:
        """Write them down, for good."""


class Audit(Protocol):
    """The audit, to read."""

    async def list_rights_changes(self, wanted: AuditWanted) -> Sequence[RecordedChange]:
        """The latest first, whoever asks."""
