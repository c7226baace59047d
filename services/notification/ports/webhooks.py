"""Subscriptions to events by webhook, their deliveries, and what sends them (docs/decisions/0058, 0059)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class WebhookState(StrEnum):
    """Whether it is sent anything: DISABLED is what long failure makes of ACTIVE."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    DISABLED = "DISABLED"


class DeliveryState(StrEnum):
    """What became of one event for one subscription."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What an administrator chooses."""

    name: str
    url: str
    event_types: tuple[str, ...]
    state: WebhookState = WebhookState.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One subscription as kept; secrets are not among what is read."""

    webhook_id: str
    name: str
    url: str
    event_types: tuple[str, ...]
    state: WebhookState
    reason: str | None
    """Why it is disabled."""
    failing_since: datetime | None
    revision: int
    created_at: datetime
    created_by: str
    changed_at: datetime
    waiting: int
    """Deliveries still to be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One event as it leaves: ids, dates and amounts, no names and no texts."""

    event_id: str
    event_type: str
    at: datetime
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one subscription, with its last attempt."""

    delivery_id: int
    event_id: str
    event_type: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    due_at: datetime
    attempted_at: datetime | None
    status: int | None
    latency_ms: int | None
    excerpt: str | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A delivery that this process alone may make until the lease ends; `attempts` counts this one."""

    delivery_id: int
    webhook_id: str
    url: str
    secrets: tuple[str, ...]
    """The present one first; during a rotation the one before too."""
    event_id: str
    body: str
    attempts: int
    failing_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: a status, or `error`, a code that says why none did."""

    latency_ms: int
    status: int | None = None
    excerpt: str | None = None
    error: str | None = None

    @property
    def accepted(self) -> bool:
        """Any 2xx: a redirect is none, since it would lead elsewhere."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attempt leads to: delivered, due again, or given up; and perhaps the end of its subscription."""

    state: DeliveryState
    due_at: datetime
    disabled_because: str | None = None


class Webhooks(Protocol):
    """Subscriptions and their deliveries."""

    async def all(self) -> Sequence[Webhook]:
        """Every subscription, by name."""

    async def one(self, webhook_id: str) -> Webhook | None:
        """One of them."""

    async def create(self, webhook_id: str, wanted: Subscription, secret: str, by: str, now: datetime) -> bool:
        """Keep a new one; False when the name is taken."""

    async def change(self, webhook_id: str, wanted: Subscription, revision: int, now: datetime) -> bool | None:
        """Replace it if it still has this revision; None when it has not, False when the name is taken."""

    async def delete(self, webhook_id: str) -> bool:
        """Drop it with its deliveries."""

    async def rotate(self, webhook_id: str, secret: str, old_until: datetime, now: datetime) -> bool:
        """Sign with this secret from now on, and with the one before too until `old_until`."""

    async def deliveries(
        self, webhook_id: str, state: DeliveryState | None, after: int | None, limit: int
    ) -> Sequence[Delivery]:
        """The log of one subscription, the latest first."""

    async def replay(self, webhook_id: str, delivery_id: int, now: datetime) -> bool:
        """Have one delivery made again, at once; False when there is none, or it is just being made."""

    async def replay_since(self, webhook_id: str, since: datetime, now: datetime) -> int:
        """Have all deliveries of events told since then made again; answers how many there are."""


class Deliveries(Protocol):
    """What the loops do with deliveries."""

    async def tell(self, events: Sequence[Telling]) -> None:
        """Make a delivery for each subscription that asked for the type before the event; each once."""

    async def claim(
        self, now: datetime, leased_until: datetime, each: int, busy: Collection[str] = ()
    ) -> Sequence[Due]:
        """Lease what is due, at most `each` per active subscription that is not `busy`."""

    async def record(self, due: Due, answer: Answer, outcome: Outcome, now: datetime) -> None:
        """Keep what came of an attempt."""

    async def forget(self, before: datetime) -> int:
        """Drop deliveries made or given up before then."""


class Sender(Protocol):
    """What makes a delivery."""

    async def send(self, url: str, headers: Mapping[str, str], body: str) -> Answer:
        """The answer, within bounded time and of bounded size; never raises for what the receiver does."""


JsonObject = dict[str, Any]
