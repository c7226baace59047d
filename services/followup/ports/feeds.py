"""Calendar feeds, and what calendars show of interactions: no notes, no texts, no amounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from shared.rulebook.access import Principal
from shared.rulebook.steps import StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """An interaction with a moment (`starts_at`) or a day (`due_on`); one of the two is None."""

    follow_up_id: str
    key: str
    kind: StepKind
    title: str | None
    """The step's, as it is now; None for what is unplanned."""
    campaign_name: str
    client_name: str | None
    starts_at: datetime | None
    duration_minutes: int | None
    place: str | None
    due_on: date | None
    fact_number: int
    recorded_at: datetime
    """When the last fact about it was recorded."""


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when a feed reaches, both included; the days are the deployment's."""

    first: datetime
    last: datetime
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose feed has an address, what that is the hash of, and since when."""

    advisor_id: str
    secret_hash: str
    made_at: datetime


class Feeds(Protocol):
    """The addresses of feeds, and what they show."""

    async def put(self, feed: Feed) -> None:
        """Give the advisor this address; one given before leads nowhere from now on."""

    async def delete(self, advisor_id: str) -> None:
        """Take the advisor's address away, if there is one."""

    async def of(self, advisor_id: str) -> Feed | None:
        """The advisor's feed."""

    async def by_hash(self, secret_hash: str) -> Feed | None:
        """The feed whose address has this hash."""

    async def entries(self, advisor: Principal, window: Window, limit: int) -> Sequence[CalendarEntry]:
        """What is in the calendar of this advisor, of clients advised now and within reach; earliest first."""

    async def appointment(self, follow_up_id: str, key: str) -> CalendarEntry | None:
        """One appointment that has a moment and is not cancelled; reach is checked by who asks."""
