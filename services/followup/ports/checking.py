"""A follow-up's read model beside the facts that it must follow from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from services.followup.ports.interactions import Interaction
from shared.contracts.followup import FactRecorded
from shared.rulebook.follow_up import FollowUp


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFact:
    """A fact with what its command's row says: what it said, and what it was answered."""

    event: FactRecorded
    note: str | None
    details: Mapping[str, Any] | None
    verdict: str | None
    verdict_number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRecord:
    """All that is kept of one follow-up, read at one moment; `facts` in the order of their numbers."""

    follow_up_id: str
    state: FollowUp
    number: int
    closing: str | None
    entry_date: date
    potential: Decimal
    facts: Sequence[KeptFact]
    interactions: Mapping[str, Interaction]
    applied_without_fact: Sequence[str]
    """Commands whose verdict says applied and whose fact is missing."""


class Records(Protocol):
    """Reads follow-ups whole, and writes interactions anew."""

    async def page(self, campaign_id: str | None, *, after: str | None, limit: int) -> Sequence[FollowUpRecord]:
        """One page, in the order of ids, each page at one moment."""

    async def mend(self, follow_up_id: str) -> None:
        """Write the interactions of one follow-up as its facts say."""
