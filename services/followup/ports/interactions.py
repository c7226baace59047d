"""Interactions and timelines as they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from shared.contracts.followup import FactRecorded
from shared.rulebook.access import Principal
from shared.rulebook.interaction_words import InteractionState
from shared.rulebook.steps import StepKind


def key_of(step_id: str | None, number: int | None) -> str:
    """What names an interaction within its follow-up; no step id begins with `#`."""
    return f"#{number}" if step_id is None else step_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """An interaction as it stands: a step's entry, or the unplanned one that fact `number` recorded or planned.

    `kind` is None only where facts of an earlier release do not say it. `details` holds the note too.
    """

    follow_up_id: str
    step_id: str | None
    number: int | None
    kind: StepKind | None
    state: InteractionState
    details: Mapping[str, Any] = field(default_factory=dict)
    fact_number: int
    """The last fact about it."""

    @property
    def key(self) -> str:
        """See `key_of`."""
        return key_of(self.step_id, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One thing on a timeline: a fact, or a command that made none."""

    follow_up_id: str
    event: FactRecorded | None
    command_id: str | None
    body: dict[str, Any] | None
    door: str
    actor: str
    actor_name: str | None
    occurred_at: datetime
    received_at: datetime
    verdict: str
    code: str | None
    data: dict[str, Any] | None
    note: str | None
    details: dict[str, Any] | None = None
    place: tuple[datetime, int, int]
    """Where it stands in the order of receiving: moment, fact number (0 for none), number in the command log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """Which page of a timeline: what comes after `after`, which is the place of the last one of the page before."""

    order: Literal["oldest", "newest"] = "oldest"
    after: tuple[datetime, int, int] | None = None
    limit: int = 500


class Interactions(Protocol):
    """Interactions as they stand; reach over the follow-up is checked by who asks."""

    async def one(self, follow_up_id: str, key: str) -> Interaction | None:
        """The interaction, or None when the follow-up has none of this key."""

    async def page(self, follow_up_id: str, *, after: str | None, limit: int) -> Sequence[Interaction]:
        """One page, in the order of keys."""


class Timelines(Protocol):
    """All that was tried, facts and what made none."""

    async def of_follow_up(self, follow_up_id: str, page: TimelinePage) -> Sequence[TimelineEntry]:
        """One page of one follow-up; reach is checked by who asks."""

    async def of_client(self, principal: Principal, client_id: str, page: TimelinePage) -> Sequence[TimelineEntry]:
        """One page over all the client's follow-ups within reach."""

    async def sees_client(self, principal: Principal, client_id: str) -> bool:
        """Whether the client is known and within reach."""
