"""Commands that operators look after: refused, parked, or waiting for their verdict (spec 6.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

HeldState = Literal["refused", "parked", "waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFilter:
    """Which of them; `after` is the place of the last one of the page before."""

    state: HeldState | None = None
    code: str | None = None
    door: str | None = None
    campaign_id: str | None = None
    follow_up_id: str | None = None
    received_before: datetime | None = None
    dismissed: bool = False
    """The dismissed ones instead of the others."""
    after: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One of them: ids, states and reasons, no names and no texts. `place` grows in the order of arrival."""

    command_id: str
    place: int
    source: str
    source_id: str
    kind: str
    step_id: str | None
    follow_up_id: str | None
    campaign_id: str | None
    door: str
    state: str
    """A `HeldState`, or `applied` once nothing holds it any more."""
    code: str | None
    data: dict[str, Any] | None
    occurred_at: datetime
    received_at: datetime
    park_until: datetime | None
    attempts: int
    dismissed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCount:
    """How many are held in one state for one reason, and since when the oldest is."""

    state: str
    code: str | None
    number: int
    oldest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """Who acts, and when; `park_until` is until when what is tried again may be early."""

    actor: str
    at: datetime
    park_until: datetime
    reason: str | None = None


class HeldCommands(Protocol):
    """The log as operators see it, whatever the reach: there is nothing in it that names anybody."""

    async def page(self, wanted: HeldFilter) -> Sequence[Held]:
        """One page, the latest first."""

    async def counts(self) -> Sequence[HeldCount]:
        """All that is held and not dismissed, by state and reason."""

    async def one(self, command_id: str) -> Held | None:
        """One command, held or not; None when there is none."""

    async def retry(self, command_ids: Sequence[str], act: Intervention) -> int:
        """Have those that may be tried again judged anew, and note who asked; answers how many there were."""

    async def dismiss(self, command_id: str, act: Intervention) -> bool:
        """Set one aside and note who did, and why; False when it is not held."""

    async def retriable(self, wanted: HeldFilter) -> Sequence[tuple[str, int]]:
        """Ids and places of those of a filter that may be tried again, the latest first."""
