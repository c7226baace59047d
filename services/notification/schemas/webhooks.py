"""The HTTP shapes of webhooks: what may be subscribed to, and what is answered."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Literal, Self

import httpx
from pydantic import AwareDatetime, Field, StringConstraints

from services.notification.ports.webhooks import Delivery, DeliveryState, Subscription, Webhook, WebhookState
from services.notification.schemas.notices import Shown
from services.notification.use_cases.addresses import is_public
from services.notification.use_cases.webhook_bodies import EVENT_TYPES
from shared.contracts.wire import Incoming
from shared.rulebook.errors import Invalid

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^https?://[\x21-\x7e]+$")]
EventType = Literal[
    "campaigns.followup.fact_recorded.v1",
    "campaigns.followup.signal_decided.v1",
    "campaigns.campaign.defined.v1",
    "campaigns.campaign.moment.v1",
]


class WebhookIn(Incoming):
    """A subscription as an administrator wants it."""

    name: Name
    url: Url
    event_types: tuple[EventType, ...] = Field(min_length=1, max_length=len(EVENT_TYPES))
    state: Literal[WebhookState.ACTIVE, WebhookState.PAUSED] = WebhookState.ACTIVE

    def subscription(self, *, allow_private: bool) -> Subscription:
        """As kept; Invalid `webhook_url_invalid` or `webhook_address_not_allowed` for an address never sent to."""
        check_url(self.url, allow_private=allow_private)
        return Subscription(
            name=self.name,
            url=self.url,
            event_types=tuple(dict.fromkeys(self.event_types)),
            state=WebhookState(self.state),
        )


class WebhookShown(Shown):
    """A subscription; its secret is shown when it is made, and never again."""

    webhook_id: str
    name: str
    url: str
    event_types: list[str]
    state: WebhookState
    reason: str | None
    """Why it is DISABLED: `gone`, or `failing:` and what the last attempt came to."""
    failing_since: AwareDatetime | None
    revision: int
    created_at: AwareDatetime
    created_by: str
    changed_at: AwareDatetime
    waiting: int
    """Deliveries still to be made."""

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """As answered."""
        return cls.model_validate(webhook)


class WebhookList(Shown):
    """All subscriptions, by name."""

    items: list[WebhookShown]


class WebhookCreated(Shown):
    """The new subscription with its secret: keep it, it is not shown again."""

    webhook: WebhookShown
    secret: str


class RotateIn(Incoming):
    """For how many hours both secrets sign."""

    overlap_hours: int = Field(default=24, ge=0, le=168)

    @property
    def overlap(self) -> timedelta:
        """The same."""
        return timedelta(hours=self.overlap_hours)


class SecretShown(Shown):
    """The new secret, shown once."""

    secret: str


class DeliveryShown(Shown):
    """One event for one subscription, with what its last attempt came to."""

    delivery_id: int
    event_id: str
    event_type: str
    state: DeliveryState
    attempts: int
    created_at: AwareDatetime
    due_at: AwareDatetime
    attempted_at: AwareDatetime | None
    status: int | None
    latency_ms: int | None
    excerpt: str | None
    """The beginning of what the receiver answered."""
    error: str | None
    """Why there was no answer: `timeout`, `connection_failed`, `name_not_found`, `address_not_allowed`."""

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """As answered."""
        return cls.model_validate(delivery)


class DeliveryPage(Shown):
    """One page of the log, the latest first; `next` goes back in as `after`."""

    items: list[DeliveryShown]
    next: int | None


class ReplayIn(Incoming):
    """From which moment on everything is sent again."""

    since: AwareDatetime


class Replayed(Shown):
    """How many deliveries are made again."""

    replayed: int


def check_url(text: str, *, allow_private: bool) -> None:
    """Refuse what can be told from the text alone; names are looked up at every attempt."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise Invalid("webhook_url_invalid") from None
    if not url.host or url.userinfo or url.fragment or not 0 < (url.port or 443) < 2**16:
        raise Invalid("webhook_url_invalid")
    if allow_private:
        return
    if url.scheme != "https":
        raise Invalid("webhook_needs_https")
    if _is_address(url.host) and not is_public(url.host):
        raise Invalid("webhook_address_not_allowed")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
