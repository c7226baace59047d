"""Comparing with the owner of the facts and with the engine: what is compared, what was found, and who is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from shared.contracts.followup import FactRecorded
from shared.contracts.reconciling import (
    CompareExecutions,
    DigestsPage,
    ExecutionMended,
    ExecutionsCompared,
    FollowUpDigests,
)


class Part(StrEnum):
    """What a reconciliation does, in this order."""

    FACTS = "facts"
    """Each follow-up here beside the one at its owner."""
    ROWS = "rows"
    """Each open follow-up beside its execution, by the follow-up service."""
    EXECUTIONS = "executions"
    """Each running execution beside its follow-up, by the follow-up service."""
    CONFIRMING = "confirming"
    """What differed is looked at again some seconds later, and mended."""
    COUNTERS = "counters"
    """Every counter is recomputed from the facts, those mended among them."""


class Outcome(StrEnum):
    """What became of a difference."""

    SUSPECTED = "suspected"
    FOUND = "found"
    REPAIRED = "repaired"
    OPEN = "open"


FACTS_MISSING = "facts_missing"
"""The owner recorded facts that are not here."""
FACTS_UNKNOWN = "facts_unknown"
"""Facts are here that the owner does not know."""
STATE_DIFFERS = "state_differs"
"""The same facts, and another state after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """One run and how far it is; `counters` are those that differed, None until that is known."""

    number: int
    asked_by: str
    asked_at: datetime
    part: Part
    reached: str | None = None
    resume_at: datetime | None = None
    follow_ups: int = 0
    executions: int = 0
    unsure: int = 0
    counters_at: datetime | None = None
    counters: int | None = None
    problem: str | None = None
    ended_at: datetime | None = None
    differences: Mapping[str, int] = field(default_factory=dict)
    """How many were found, by kind."""
    open: int = 0
    """How many of them are not repaired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One difference: ids, states and numbers, no names."""

    kind: str
    follow_up_id: str
    campaign_id: str | None
    details: Mapping[str, str | int | None] = field(default_factory=dict)
    outcome: Outcome = Outcome.SUSPECTED
    reason: str | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class HeldHere:
    """A follow-up as reporting holds it; `facts` are those up to the number asked for, or all."""

    follow_up_id: str
    campaign_id: str
    number: int
    digest: str
    facts: int


class OwnerAway(Exception):  # noqa: N818  the name says what happened
    """The follow-up service did not answer: the reconciliation goes on later."""


class FollowUpOwner(Protocol):
    """The follow-up service, which alone speaks to the engine. Each method raises OwnerAway."""

    async def digests(self, wanted: FollowUpDigests) -> DigestsPage:
        """What it holds."""

    async def facts_of(self, follow_up_id: str) -> Sequence[FactRecorded]:
        """Every fact of one follow-up, in order."""

    async def compare(self, wanted: CompareExecutions) -> ExecutionsCompared:
        """Rows against executions."""

    async def mend(self, follow_up_id: str) -> ExecutionMended:
        """Make an execution what its row says."""


class HeldFollowUps(Protocol):
    """What reporting holds of follow-ups."""

    async def between(self, after: str | None, upto: str | None, limit: int) -> Sequence[HeldHere]:
        """Follow-ups by id, `upto` included."""

    async def named(self, numbers: Mapping[str, int]) -> Mapping[str, HeldHere]:
        """Those named, their facts counted up to the number given."""


class Reconciliations(Protocol):
    """Runs, one at a time whatever number of replicas there is, and what they found."""

    async def ask(self, asked_by: str, now: datetime, *, scheduled_on: date | None = None) -> int | None:
        """Begin one, or answer the one under way; None when the run of that day was begun before."""

    async def claim(self, now: datetime, until: datetime) -> Reconciliation | None:
        """The run under way, for this process alone until then; None when there is none, or nothing to do yet."""

    async def advance(self, before: Reconciliation, after: Reconciliation, suspects: Sequence[Found] = ()) -> None:
        """Note how far it is, and give it free; nothing when another process moved it meanwhile."""

    async def suspected(self, number: int, limit: int) -> Sequence[Found]:
        """Differences to be looked at again."""

    async def settle(self, found: Found, outcome: Outcome | None, reason: str | None = None) -> None:
        """Say what became of a difference; None when there was none."""

    async def counters(self, since: datetime) -> int | None:
        """How many counters differed in the checks asked for since then; None while one of them runs."""

    async def end(self, before: Reconciliation, counters: int, now: datetime) -> None:
        """End the run, and forget the oldest ones."""

    async def latest(self, limit: int) -> Sequence[Reconciliation]:
        """The last runs, newest first."""

    async def get(self, number: int) -> Reconciliation | None:
        """One run."""

    async def differences(self, number: int, *, after: int, limit: int, kind: str | None) -> Sequence[Found]:
        """What a run found, by id, one page."""
