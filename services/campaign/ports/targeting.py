"""Jobs on the clients of a campaign, and those clients, as plain values."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from shared.rulebook.access import Principal
from shared.rulebook.follow_up import Closing, FollowUpStatus
from shared.rulebook.ids import client_id


class JobKind(StrEnum):
    """What a job does to the clients it names."""

    TARGET = "TARGET"
    WITHDRAW = "WITHDRAW"
    CHANGE = "CHANGE"


class SkipReason(StrEnum):
    """Why an item of a call had no effect here; its follow-up may refuse for more reasons (docs/domain.md)."""

    UNKNOWN_CLIENT = "unknown_client"
    """Also one out of the asker's reach: whoever names an id is not to learn from it that there is such a client."""
    INACTIVE_CLIENT = "inactive_client"
    ALREADY_TARGETED = "already_targeted"
    ENTRY_DATE_OUT_OF_RANGE = "entry_date_out_of_range"
    ARCHIVED = "archived"
    NOT_TARGETED = "not_targeted"
    ALREADY_WITHDRAWN = "already_withdrawn"
    CLOSED = "closed"
    NOT_WAITING = "not_waiting"
    NAMED_TWICE = "named_twice"
    CANCELLED = "cancelled"
    RIGHT_MISSING = "right_missing"
    """Who asked may not do such a thing any more."""


class TargetItem(NamedTuple):
    """One client of a call, by our id or the CRM's; `position` counts from 1. A tuple, since there may be 100,000.

    Of a change, what is None stays as it is.
    """

    position: int
    client_id: str | None
    client: str | None
    potential: Decimal | None
    entry_date: date | None

    @property
    def id(self) -> str:
        """Our id of the client."""
        return self.client_id or client_id(self.client or "")

    @property
    def name(self) -> str:
        """The client as the call named it."""
        return self.client or self.client_id or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job: who asked for what, and how much of it is done."""

    job_id: str
    campaign_id: str
    kind: JobKind = JobKind.TARGET
    content: str
    total: int
    asker: Principal
    """With the rights held when asking; a chunk goes by those of its moment."""
    asked_at: datetime
    batches: int = 0
    accepted: int = 0
    """Clients put into the campaign, or whose withdrawal or change went to their follow-ups."""
    skipped: int = 0
    cancelled_at: datetime | None = None

    @property
    def worked_off(self) -> bool:
        """Whether every item was dealt with here."""
        return self.accepted + self.skipped >= self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsWanted:
    """Which jobs: of this campaign, asked for by this user, asked before that instant and id."""

    campaign_id: str | None
    asker_id: str | None
    before: tuple[datetime, str] | None
    limit: int


@dataclass(frozen=True, slots=True)
class Found:
    """The client that an item names, within the asker's reach: whether it is still a client."""

    client_id: str
    advisor_id: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """How a client stands in a campaign."""

    closing: Closing | None
    entry_date: date


@dataclass(frozen=True, slots=True)
class Entering:
    """A client that may be put into the campaign."""

    position: int
    client_id: str
    advisor_id: str
    potential: Decimal
    entry_date: date


@dataclass(frozen=True, slots=True)
class Skipped:
    """An item that had no effect; `position` is that in the call. `detail` says more where a code is not enough.

    `client` as the asker named it; None for a reader who may not know of whom somebody else spoke.
    """

    position: int
    client: str | None
    reason: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """At most 500 items of a job, taken so that nobody else works on them until the transaction ends."""

    job: Job
    number: int
    items: tuple[TargetItem, ...]


class TargetedSort(StrEnum):
    """The orders of a campaign's clients: by id, by potential from the highest on, by entry date."""

    CLIENT = "client"
    POTENTIAL = "potential"
    ENTRY = "entry_date"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetedWanted:
    """What the list of a campaign's clients is asked for, with the place of the last row already seen."""

    states: frozenset[FollowUpStatus]
    advisor_id: str | None
    search: str
    sort: TargetedSort
    after: tuple[str, str] | None
    limit: int
    today: date


@dataclass(frozen=True, slots=True)
class TargetedRow:
    """A targeted client with the names that a screen shows beside."""

    client_id: str
    external_id: str | None
    name: str | None
    advisor_id: str
    advisor_name: str | None
    potential: Decimal
    initial_potential: Decimal
    entry_date: date
    closing: Closing | None
    job_id: str
    place: tuple[str, str]
