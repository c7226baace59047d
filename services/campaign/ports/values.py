"""What the records of the campaign service hold, as plain values."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from shared.contracts.campaign import CampaignDefined
from shared.rulebook.access import Principal
from shared.rulebook.allocation import Share
from shared.rulebook.campaign import CampaignStatus


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as it is now: its definition whole, and the allocation's rows as entered."""

    definition: CampaignDefined
    rows: tuple[Share, ...]
    content: str
    """The hash of what it was created from."""


class ListSort(StrEnum):
    """The orders of the list: the reader's own, by name, or by a date."""

    ORDER = "order"
    NAME = "name"
    START = "start_date"
    END = "end_date"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is asked for, with the place of the last row already seen."""

    statuses: frozenset[CampaignStatus]
    search: str
    sort: ListSort
    after: tuple[str, int] | None
    limit: int
    today: date


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list, and its place in it."""

    campaign_id: str
    key: str
    version: int
    name: str
    owner_id: str
    owner_name: str | None
    start_date: date
    end_date: date
    archived: bool
    place: tuple[str, int]


class SkipReason(StrEnum):
    """Why an item of a call targeted nobody."""

    UNKNOWN_CLIENT = "unknown_client"
    OUT_OF_REACH = "out_of_reach"
    ALREADY_TARGETED = "already_targeted"
    ENTRY_DATE_OUT_OF_RANGE = "entry_date_out_of_range"
    ARCHIVED = "archived"


class TargetItem(NamedTuple):
    """One client of a call, by our id or the CRM's; `position` counts from 1. A tuple, since there may be 100,000."""

    position: int
    client_id: str | None
    client: str | None
    potential: Decimal
    entry_date: date | None


@dataclass(frozen=True, slots=True)
class Job:
    """A targeting job: who asked for what, and how much of it is done."""

    job_id: str
    campaign_id: str
    content: str
    total: int
    asker: Principal
    """With the rights held when asking."""
    asked_at: datetime
    batches: int = 0
    targeted: int = 0
    skipped: int = 0

    @property
    def done(self) -> bool:
        """Whether every item was dealt with."""
        return self.targeted + self.skipped >= self.total


@dataclass(frozen=True, slots=True)
class Found:
    """The client that an item names, as known here: whether it lies in the asker's reach."""

    client_id: str
    advisor_id: str
    within: bool


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
    """An item that targeted nobody."""

    position: int
    client: str
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Chunk:
    """At most 500 items of a job, taken so that nobody else works on them until the transaction ends."""

    job: Job
    number: int
    items: tuple[TargetItem, ...]


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
    state: str
    job_id: str
