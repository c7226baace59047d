"""What the records of the campaign service hold, as plain values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.contracts.campaign import CampaignDefined
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
    """The orders of the list: the reader's own, by name, date, target or status."""

    ORDER = "order"
    NAME = "name"
    START = "start_date"
    END = "end_date"
    TARGET = "target"
    """As far as the reader may see targets; campaigns without one that is seen stand last."""
    STATUS = "status"
    """UPCOMING, RUNNING, ENDED, ARCHIVED; each by its start date."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is asked for, with the place of the last row already seen."""

    statuses: frozenset[CampaignStatus]
    search: str
    sort: ListSort
    descending: bool
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
    target: Decimal | None
    """None too where the reader may not see it."""
    start_date: date
    end_date: date
    archived: bool
    place: tuple[str, int]
