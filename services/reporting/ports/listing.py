"""The single follow-ups within a reach: which ones, in what order, and what a list shows of each."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from services.reporting.ports.reading import AsOf, Figures, Scope, Totals
from shared.rulebook.counting import ClientResult
from shared.rulebook.follow_up import ConclusionKind, FollowUpStatus

END = "end"
"""The position after the last step, as a filter names it."""


class Column(StrEnum):
    """What the list can be sorted by; rows without a value come last in both directions."""

    CLIENT = "client"
    CAMPAIGN = "campaign"
    ADVISOR = "advisor"
    PRESENT_ADVISOR = "present_advisor"
    UNIT = "unit"
    STATE = "state"
    RESULT = "result"
    CONCLUDED_ON = "concluded_on"
    STEP = "step"
    OVERDUE = "overdue"
    ENTRY_DATE = "entry_date"
    INITIAL_POTENTIAL = "initial_potential"
    POTENTIAL = "potential"
    COLLECTED = "collected"
    LAST_ACTIVITY = "last_activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which follow-ups, on which day: all that is given holds. Without states, withdrawn ones are left out."""

    scope: Scope
    campaign_ids: Sequence[str]
    """Those that the reader sees, by name."""
    today: date
    states: Sequence[FollowUpStatus] = ()
    results: Sequence[ClientResult] = ()
    conclusions: Sequence[ConclusionKind] = ()
    step: str | None = None
    present_advisor_id: str | None = None
    text: str | None = None
    """In the client's name, accents and capitals passed over; only names that the reader may see."""
    overdue: bool | None = None
    potential_from: Decimal | None = None
    potential_to: Decimal | None = None
    collected_from: Decimal | None = None
    collected_to: Decimal | None = None
    entry_from: date | None = None
    entry_to: date | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """By what, and whether the greatest come first; equals by follow-up."""

    column: Column = Column.CLIENT
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: rows of equal standing go together in phases; `key` is None in one without a value."""

    phase: int
    key: str | None
    follow_up_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One follow-up. Without present reach over the client there is neither name nor link (spec 5.11)."""

    follow_up_id: str | None
    client_id: str | None
    client_name: str | None
    client_external_id: str | None
    campaign_id: str
    campaign_name: str
    advisor_id: str
    advisor_name: str | None
    unit_id: str | None
    unit_name: str | None
    present_advisor_id: str | None
    present_advisor_name: str | None
    state: FollowUpStatus
    conclusion: ConclusionKind | None
    concluded_on: date | None
    step_id: str | None
    step_title: str | None
    step_number: int | None
    steps: int | None
    overdue: bool
    entry_date: date
    initial_potential: Decimal
    potential: Decimal
    collected: Decimal
    last_activity: datetime | None
    converting: bool | None = None
    """Whether it is in the denominator of the conversion rate; told by `counted` alone."""


class ClientSort(StrEnum):
    """What clients in a tree can be sorted by, sums over their follow-ups there."""

    NAME = "name"
    CLIENTS = "clients"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    IN_PROGRESS = "in_progress"
    POTENTIAL = "potential"
    REMAINING_POTENTIAL = "remaining_potential"
    COLLECTED = "collected"
    TAKE_UP_RATE = "take_up_rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSums:
    """A client with follow-ups among those wanted, and the sums over these; None stands for all without a name."""

    client_id: str | None
    name: str | None
    external_id: str | None
    key: str | None
    totals: Totals
    follow_ups: Sequence[Listed]


class FollowUpRows(Protocol):
    """The follow-ups of one day, one by one."""

    async def page(
        self, wanted: Wanted, order: Order, after: Place | None, limit: int
    ) -> tuple[Sequence[Listed], Place | None]:
        """Rows after that place, and where they end; None at the end of the list."""

    def whole(self, wanted: Wanted, order: Order, at_once: int) -> AsyncIterator[Sequence[Listed]]:
        """Every row in that order, so many at a time."""

    def counted(self, wanted: Wanted, order: Order, at_once: int) -> AsyncIterator[Sequence[Listed]]:
        """The same, each with whether it is `converting`."""

    async def count(self, wanted: Wanted, most: int) -> int:
        """How many there are, counted no further than `most`."""

    async def clients(
        self, wanted: Wanted, sort: ClientSort, *, descending: bool, after: tuple[str, str] | None, limit: int
    ) -> Sequence[ClientSums]:
        """Clients after that key and id whom the reader reaches today; then, as one, those not reached any more."""

    async def collected_by_day(self, wanted: Wanted) -> Sequence[tuple[str, date, Decimal]]:
        """Campaign, date of conclusion, and the euros of the successes concluded then; by date."""

    async def concludable(self, wanted: Wanted, limit: int) -> Sequence[str]:
        """Ids of those that are OPEN and whose client the reader reaches today, in the order of their ids."""


class Listings(Protocol):
    """Where reading of single follow-ups begins."""

    def listing(self, as_of: AsOf | None = None) -> AbstractAsyncContextManager[tuple[Figures, FollowUpRows]]:
        """Figures and follow-ups of one moment: of today, or as they were as of a day."""
