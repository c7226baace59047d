"""Checks of the figures against the facts."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.reporting.ports.counting import Check, Refill
from services.reporting.schemas.parts import Out


class DifferenceOut(Out):
    """A counter that was not what the facts say."""

    key: dict[str, str]
    found: dict[str, int | float] | None
    expected: dict[str, int | float] | None


class CheckOut(Out):
    """The last check of one campaign; `differences` is null while it runs, and when the plan changed meanwhile."""

    campaign_id: str
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    differences: int | None
    examples: list[DifferenceOut]

    @classmethod
    def of(cls, check: Check) -> "CheckOut":
        """The check as kept."""
        return cls.model_validate({field: getattr(check, field) for field in cls.model_fields}, from_attributes=True)


class RefillOut(Out):
    """A reading of all facts from their owner: facts that were missing here so far."""

    number: int
    after_seq: int
    added: int
    ended: bool

    @classmethod
    def of(cls, refill: Refill) -> "RefillOut":
        """The filling as it stands."""
        return cls(number=refill.number, after_seq=refill.after_seq, added=refill.added, ended=refill.ended)


class ChecksOut(Out):
    """The last check of each campaign, and the filling under way."""

    checks: list[CheckOut]
    refill: RefillOut | None


class AskedOut(Out):
    """What was begun: how many campaigns are recomputed, and the filling's number."""

    campaigns: int
    refill: int | None


class ReconcileIn(BaseModel):
    """What to do: recompute counters, and with `refill` read all facts again from the follow-up service before."""

    model_config = ConfigDict(extra="forbid")

    refill: bool = False
