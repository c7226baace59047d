"""Follow-ups as they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from shared.contracts.campaign import CampaignDefined
from shared.contracts.followup import Facts, FactsPage
from shared.rulebook.access import Principal
from shared.rulebook.follow_up import FollowUp


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpFilter:
    """Which follow-ups a list holds; `after` is (potential, id) of the last one of the page before."""

    campaign_id: str | None = None
    advisor_id: str | None = None
    client_id: str | None = None
    closing: str | None = None
    entered_by: date | None = None
    """Not closed, and entered by this day: OPEN."""
    enters_after: date | None = None
    """Not closed, and entering after this day: WAITING."""
    after: tuple[Decimal, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFilter:
    """Open follow-ups whose step is due by a day; `after` is (due date, id) of the last one of the page before."""

    by: date
    today: date
    campaign_id: str | None = None
    advisor_id: str | None = None
    after: tuple[date, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class DueCounts:
    """How many steps are late, how many are due today."""

    late: int
    today: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRow:
    """A follow-up with the names that go with it; a name is None until the directory told it."""

    follow_up_id: str
    client_id: str
    client_name: str | None
    client_phone: str | None
    advisor_id: str
    advisor_name: str | None
    advisor_unit_path: tuple[str, ...]
    state: FollowUp
    definition: CampaignDefined
    due_on: date | None = None
    """The last day on which the step at the position is in time; None when it has no delay."""
    listed_on: date | None = None
    """In a list of what there is to do, the day by which it stands there."""


class Reading(Protocol):
    """Reads within a principal's reach."""

    async def one(self, principal: Principal, follow_up_id: str) -> FollowUpRow | None:
        """The follow-up, or None when it does not exist within reach."""

    async def page(self, principal: Principal, wanted: FollowUpFilter) -> Sequence[FollowUpRow]:
        """One page, highest potential first."""

    async def recorded_number(self, follow_up_id: str) -> int:
        """Up to which number its facts are recorded; 0 when it is unknown."""

    async def facts_page(self, wanted: FactsPage) -> Facts:
        """Facts in the order of recording."""


class DueLists(Protocol):
    """What is due, within a principal's reach."""

    async def due(self, principal: Principal, wanted: DueFilter) -> Sequence[FollowUpRow]:
        """One page of what is due, earliest first."""

    async def due_counts(self, principal: Principal, wanted: DueFilter) -> DueCounts:
        """How many are late and how many are due today, of all that the filter but `by` lets through."""
