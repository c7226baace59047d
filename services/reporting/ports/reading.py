"""The reading side: whose figures, as of which day, and the sums they are made from."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from shared.contracts.campaign import CampaignDefined
from shared.rulebook.access import AccessLevel, Principal


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures: the reader's reach, or one unit, advisor or client within it.

    Figures of one client are read as of a day, `AsOf`, if only today: the counters know no clients.
    """

    reader: Principal
    unit_id: str | None = None
    advisor_id: str | None = None
    client_id: str | None = None
    directly: bool = field(default=False, kw_only=True)
    """Only advisors who sit in the unit itself, none of those below it."""
    inside: str | None = field(default=None, kw_only=True)
    """The unit that the reader narrowed the figures to, while `unit_id` is one opened within it: both hold."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out: a reader of everything, who asks for everything."""
        everything = self.reader.crm or self.reader.access_level is AccessLevel.ALL
        return everything and self.unit_id is None and self.advisor_id is None and self.client_id is None


class Axis(StrEnum):
    """What a past day means: what was recorded by then, or what is known today to have happened by then (spec 8.0)."""

    RECORDED = "recorded"
    HAPPENED = "happened"


@dataclass(frozen=True, slots=True)
class AsOf:
    """A day and how it is meant; `end` is the first instant after it in the deployment's zone."""

    day: date
    axis: Axis
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSeen:
    """A campaign as a reader finds it; `version` is the one its counters follow."""

    campaign_id: str
    name: str
    version: int
    owner_id: str
    owner_unit_path: tuple[str, ...]
    creator_id: str
    target: Decimal | None
    start_date: date
    end_date: date
    archived: bool
    covered: bool
    """Whether the reach covers at least one targeted client or allocated advisor."""
    known: bool = True
    """False before the campaign: there was none yet as of the day asked, hence no figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over follow-ups on one day."""

    clients: int = 0
    accepted: int = 0
    refused: int = 0
    in_progress: int = 0
    waiting: int = 0
    archived: int = 0
    contacts: int = 0
    converting: int = 0
    overdue: int = 0
    """Clients whose step at the position was recorded as late."""
    potential: Decimal = Decimal("0.00")
    remaining_potential: Decimal = Decimal("0.00")
    collected: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class StepTotals:
    """Clients at one step in one group on one day."""

    step_id: str
    group: str
    clients: int
    passed: int


@dataclass(frozen=True, slots=True)
class AdvisorStepTotals:
    """The same for the follow-ups of one advisor of record."""

    advisor_id: str
    step_id: str
    group: str
    clients: int
    passed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """The sums of one advisor or unit; the name is None while the directory has not told it."""

    id: str
    external_id: str | None
    name: str | None
    parent_id: str | None
    """The unit above, or an advisor's unit."""
    leaf: bool
    """Whether nothing lies below it."""
    share: Decimal | None
    totals: Totals


class Figures(Protocol):
    """Sums that a reader may see: over the counters today, over dated facts as of a past day, `today` then.

    A campaign whose facts wait for its definition counts nothing.
    """

    async def campaigns(self, reader: Principal, campaign_id: str | None = None) -> Sequence[CampaignSeen]:
        """The campaigns defined and not deleted, in order of creation, whether or not the reader may see them."""

    async def totals(self, scope: Scope, campaign_ids: Sequence[str], today: date) -> Mapping[str, Totals]:
        """Sums per campaign; a campaign without follow-ups in scope is left out."""

    async def shares(self, scope: Scope, campaign_ids: Sequence[str]) -> Mapping[str, Decimal]:
        """Allocated euros per campaign; a campaign without a share in scope is left out."""

    async def plan(self, campaign_id: str) -> CampaignDefined | None:
        """The definition that the counters served follow."""

    async def steps(self, scope: Scope, campaign_id: str, today: date) -> Sequence[StepTotals]:
        """Clients per step and group."""

    async def steps_by_advisor(self, scope: Scope, campaign_id: str, today: date) -> Sequence[AdvisorStepTotals]:
        """Clients per advisor of record, step and group."""

    async def by_advisor(self, scope: Scope, campaign_ids: Sequence[str], today: date) -> Sequence[Branch]:
        """Sums per advisor of record, by name."""

    async def by_unit(self, scope: Scope, campaign_ids: Sequence[str], today: date) -> Sequence[Branch]:
        """Sums per unit with all below it, the reader's own unit first where the reach ends there."""

    async def covers_something(self, scope: Scope) -> bool:
        """Whether the scope's unit, advisor and client exist within the reach."""


class Readings(Protocol):
    """Where reading begins."""

    def snapshot(self, as_of: AsOf | None = None) -> AbstractAsyncContextManager[Figures]:
        """Figures of one moment, or as of a past day: whatever is read within belongs together."""

    async def has_fact(self, reader: Principal, follow_up_id: str, number: int) -> bool:
        """Whether this fact has been counted; of a follow-up beyond the reader's reach, none ever was."""


class Orders(Protocol):
    """The users' own orders of campaigns, which their owner keeps (spec 2.6)."""

    async def of(self, reader: Principal) -> Sequence[str]:
        """The campaigns that the reader put into an order; none for those who never did, or while nobody answers."""
