"""The writing side: facts, generations of counters, their checks, and the replicas."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol, TypedDict

from services.reporting.ports.standing import Amounts, Contribution, Shape, StepAmounts
from shared.contracts.campaign import CampaignDefined
from shared.contracts.directory import ClientChanged, UnitChanged, UserChanged
from shared.contracts.followup import FactRecorded, Facts
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.steps import Plan

FactKey = tuple[str, int]
"""Follow-up and number."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One way of grouping a campaign's follow-ups: by the plan of a definition version."""

    number: int
    plan: Plan


@dataclass(frozen=True, slots=True)
class Grouping:
    """The counters of one campaign: those served, and those being built (the same one when nothing is).

    `version` is the definition's, 0 while only facts are known.
    """

    version: int
    serving: Generation | None
    target: Generation | None


@dataclass(frozen=True, slots=True)
class Row:
    """One follow-up as its facts say; `generation` is the newest whose counters hold it, besides the served one."""

    follow_up_id: str
    campaign_id: str
    client_id: str
    state: FollowUp
    interactions: int
    generation: int
    last_activity: datetime | None = None
    """When something was last done for the client: a step, an interaction or a conclusion."""


class AmountKey(NamedTuple):
    """Whose counters: `opens_on` is the entry date of open follow-ups, the calendar's first day for closed ones."""

    campaign_id: str
    generation: int
    advisor_id: str
    opens_on: date


class StepKey(NamedTuple):
    """Whose step counters; the group while waiting is the one before `opens_on`."""

    campaign_id: str
    generation: int
    advisor_id: str
    opens_on: date
    step_id: str
    step_group: str
    group_while_waiting: str


class Difference(TypedDict):
    """A counter that is not what the facts say."""

    key: dict[str, str]
    found: dict[str, int | float] | None
    expected: dict[str, int | float] | None


@dataclass(frozen=True, slots=True)
class Check:
    """One recomputation; `differences` is None while it runs, and when the plan changed meanwhile."""

    campaign_id: str
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    differences: int | None
    examples: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class Refill:
    """One reading of all facts from their owner: how far it is, and how many facts were missing here."""

    number: int
    after_seq: int = 0
    added: int = 0
    ended: bool = False


class Ledger(Protocol):
    """Facts, follow-ups and counters within one transaction.

    Campaigns come first, then facts, follow-ups and counters: two replicas that keep this order never deadlock.
    """

    async def hold(self, campaign_ids: Collection[str]) -> Mapping[str, Grouping]:
        """The groupings of these campaigns, kept from changing until the end; unknown campaigns have no generation."""

    async def seize(self, campaign_ids: Collection[str]) -> Mapping[str, Grouping]:
        """The same, and no other transaction holds these campaigns."""

    async def define(self, definitions: Sequence[CampaignDefined], regroup: Collection[str]) -> None:
        """Keep these definitions, one per campaign; the campaigns in `regroup` get a new generation to build."""

    async def remember(self, definitions: Sequence[CampaignDefined]) -> None:
        """Keep these versions for later, whether or not they are the newest."""

    async def add_facts(self, facts: Sequence[FactRecorded]) -> set[FactKey]:
        """Keep the facts; answers those that were not known."""

    async def replace_facts(self, facts: Sequence[FactRecorded]) -> None:
        """Keep the facts as given, whatever was kept under their numbers."""

    async def rows(self, follow_up_ids: Collection[str]) -> Mapping[str, Row]:
        """Those follow-ups that are known, locked."""

    async def behind(self, campaign_id: str, generation: int, limit: int) -> Sequence[str]:
        """Follow-ups of the campaign that this generation does not hold, locked."""

    async def shapes(self, follow_up_ids: Collection[str]) -> Collection[Shape]:
        """How these stand as their facts say, each shape once."""

    async def place(
        self,
        campaign_id: str,
        follow_up_ids: Collection[str],
        target: Generation,
        judged: Mapping[Shape, Contribution],
    ) -> None:
        """Fold these anew from their facts, where they stand being as judged, and count them in the target."""

    async def is_behind(self, campaign_id: str, generation: int) -> bool:
        """Whether there are any."""

    async def save(self, rows: Sequence[tuple[Row, Plan | None]]) -> None:
        """Keep the follow-ups; the plan says where each one stands."""

    async def count(self, amounts: Mapping[AmountKey, Amounts], steps: Mapping[StepKey, StepAmounts]) -> None:
        """Add the differences to the counters."""

    async def tick(self, changed: Collection[tuple[str, str | None]]) -> None:
        """Say whose figures this transaction changes: (campaign, advisor of record), None for all who read it.

        Last, since from here to its end no other transaction can say so: numbers are seen in their order.
        """

    async def differences(self, campaign_id: str, *, served: int, built: int) -> Sequence[Difference]:
        """Where the counters of one generation are not those of another."""

    async def serve_target(self, campaign_id: str) -> None:
        """Let readers see the target's counters from now on."""

    async def end_checks(self, campaign_id: str, found: Sequence[Difference] | None, now: datetime) -> None:
        """Note what the checks asked for found; None when the plan changed meanwhile, so that nothing was compared."""


class Ledgers(Protocol):
    """Where transactions begin."""

    def transaction(self) -> AbstractAsyncContextManager[Ledger]:
        """One transaction."""

    async def unfinished(self) -> Sequence[str]:
        """Campaigns whose target is not served yet."""

    async def forget_old_counters(self) -> None:
        """Drop counters that nobody reads any more."""


class Checks(Protocol):
    """Recomputations of the counters from the facts, and fillings from their owner."""

    async def ask(self, asked_by: str, now: datetime) -> int:
        """Have every campaign's counters recomputed that is not being regrouped; answers how many."""

    async def latest(self) -> Sequence[Check]:
        """The last check of each campaign."""

    async def ask_refill(self, asked_by: str, now: datetime) -> int:
        """Have every fact read again from its owner; answers the filling's number."""

    async def refill(self, number: int | None = None) -> Refill | None:
        """That filling, or the oldest unfinished one."""

    async def advance_refill(self, refill: Refill, now: datetime) -> None:
        """Note how far the filling is."""


class FactSource(Protocol):
    """The owner of the facts."""

    async def page(self, after_seq: int, limit: int) -> Facts:
        """Facts recorded after `after_seq`, in order."""


class Replicas(Protocol):
    """People and structure as the directory last said: the highest revision of each is kept."""

    async def keep(
        self,
        *,
        users: Sequence[UserChanged] = (),
        units: Sequence[UnitChanged] = (),
        clients: Sequence[ClientChanged] = (),
    ) -> None:
        """Keep what is newer than what is held."""


class Places(Protocol):
    """Where advisors were: what the directory told of them, and when."""

    async def keep(self, told: Sequence[tuple[UserChanged, datetime]]) -> None:
        """Keep each revision once, however often and in whatever order it comes."""
