"""What there is to do, as the follow-up service keeps and lists it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from services.followup.ports.reading import FollowUpRow
from shared.rulebook.access import Principal


class ToDoKind(StrEnum):
    """The two lists of what follow-ups wait for."""

    OFFERED = "offered"
    """A step that the last completion offers and nobody has begun; the newest first."""
    CONCLUSION = "conclusion"
    """The sales step or the last one is completed; the longest waiting first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDoFilter:
    """Which open follow-ups a list holds; `after` is (day, id) of the last one of the page before."""

    today: date
    campaign_id: str | None = None
    advisor_id: str | None = None
    after: tuple[date, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ToDoCounts:
    """How much there is to do."""

    late: int
    today: int
    offered: int
    conclusion: int


class KeepToDo(Protocol):
    """What there is to do, kept up with every fact, and gone through again after an edit."""

    async def look_again(self) -> int:
        """Bring one page up to date after another definition; answers how many, 0 when nothing is left."""


class ToDoLists(Protocol):
    """What there is to do, within a principal's reach."""

    async def page(self, principal: Principal, kind: ToDoKind, wanted: ToDoFilter) -> Sequence[FollowUpRow]:
        """One page of a list."""

    async def counts(self, principal: Principal, wanted: ToDoFilter) -> ToDoCounts:
        """How many are late, due today, offered, and waiting for a conclusion."""
