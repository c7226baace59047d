"""What the follow-up service needs: a command log, the engine, replicas, and the values that pass between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from shared.contracts.campaign import CampaignDefined, ClientsTargeted, TargetedClient
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import Door, FactRecorded, Facts, FactsPage, StepsReserved, TargetingCount
from shared.contracts.workflow import CampaignDates, FollowUpCommand, FollowUpStart, NumberedFact
from shared.rulebook.access import Principal
from shared.rulebook.follow_up import Circumstances, Command, FollowUp
from shared.rulebook.steps import Plan


@dataclass(frozen=True, slots=True)
class NewCommand:
    """A command as it came in, before it is written down. `principal` is checked for reach; None for our own doors."""

    command_id: str
    source: str
    """Who gives the ids: `user:<id>`, `crm`, `job:<id>`; (source, source_id) is unique."""
    source_id: str
    content: str
    """A hash of what the sender said: the same id with other content is refused by name."""
    follow_up_id: str
    command: Command
    door: Door
    actor: str
    occurred_at: datetime
    received_at: datetime
    note: str | None = None
    park_until: datetime | None = None
    """Until when it may be parked if it is merely early; None when it is refused at once."""
    principal: Principal | None = None


@dataclass(frozen=True, slots=True)
class Leased:
    """A command that this process alone may send until the lease ends, and what is known of its follow-up."""

    command_id: str
    source_id: str
    command: Command
    circumstances: Circumstances
    door: Door
    occurred_at: datetime
    received_at: datetime
    park_until: datetime | None
    leased_until: datetime
    follow_up: "Known"


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of a follow-up: its state after the last recorded fact, and what its execution knows."""

    follow_up_id: str
    campaign_id: str
    client_id: str
    state: FollowUp
    known_version: int
    started: bool
    plan: Plan


VerdictKind = Literal["applied", "refused", "parked", "pending"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a command. `number` is its fact; `code` and `data` say why it was refused or is parked."""

    command_id: str
    source_id: str
    kind: VerdictKind
    follow_up_id: str | None = None
    number: int | None = None
    code: str | None = None
    data: dict[str, Any] | None = None
    repeated: bool = False
    """The same id and content had been received before."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a send came to: facts to record, or a refusal, or neither when nothing sure can be said."""

    leased: Leased
    facts: tuple[NumberedFact, ...] = ()
    refused: str | None = None
    data: dict[str, Any] | None = None

    @property
    def unclear(self) -> bool:
        """The verdict stays open, and the same id is sent again once the lease is over."""
        return not self.facts and self.refused is None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the row of the command says after recording, the verdicts it settled, and the next command to send."""

    verdicts: tuple[Verdict, ...]
    following: Leased | None


@dataclass(frozen=True, slots=True)
class KeptSignal:
    """A direct signal that asks for no command: kept refused, with what came and why."""

    follow_up_id: str
    signal_key: str
    name: str
    payload: str
    code: str
    data: dict[str, Any]
    received_at: datetime


Admission = Leased | Verdict | Exception
"""A lease to send it now, the verdict (an earlier one, or pending), or the error the caller gets."""


class CommandLog(Protocol):
    """Rules 1, 2, 6 and 10 of the write path."""

    async def admit(self, commands: Sequence[NewCommand]) -> Sequence[Admission]:
        """Write the commands down and lease those whose turn it is, all in one transaction."""

    async def record(self, outcomes: Sequence[Outcome]) -> Sequence[Recorded]:
        """Write facts, read model, outbox and verdicts in one transaction; each fact and each verdict once."""

    async def claim_due(self, limit: int) -> Sequence[Leased]:
        """Lease undecided commands whose lease is over and whose turn it is."""

    async def expire_parked(self) -> Sequence[Verdict]:
        """Refuse parked commands whose time is over."""

    async def keep(self, signals: Sequence[KeptSignal]) -> None:
        """Keep what could not be read, refused; the same signal twice is kept once."""

    async def verdicts(self, source: str, source_ids: Sequence[str]) -> Sequence[Verdict]:
        """The verdicts of commands of a source, those known, in any order."""

    async def verdict(self, command_id: str) -> Verdict | None:
        """The verdict of one command."""


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """`facts` of an applied command, or `failure`: a failure type of the contracts, NOT_FOUND, or UNCLEAR."""

    facts: tuple[NumberedFact, ...] = ()
    failure: str | None = None
    data: dict[str, Any] | None = None


NOT_FOUND = "engine.not_found"
UNCLEAR = "engine.unclear"


class Engine(Protocol):
    """The follow-up's executions."""

    async def update(self, follow_up_id: str, command_id: str, message: FollowUpCommand) -> EngineAnswer:
        """Send to a running execution; NOT_FOUND when none runs."""

    async def update_with_start(self, start: FollowUpStart, command_id: str, message: FollowUpCommand) -> EngineAnswer:
        """Send, starting the execution from `start` when none runs."""

    async def start(self, start: FollowUpStart, entry_at: datetime | None) -> None:
        """Start the execution unless it runs; it sleeps until `entry_at`."""

    async def set_campaign_dates(self, dates: CampaignDates) -> None:
        """Start the campaign's execution or move its dates."""


class Definitions(Protocol):
    """The replica of definitions, reservations of steps, and what the campaigns' executions know."""

    async def hold(self, definition: CampaignDefined) -> int:
        """Keep the definition if its version is higher; answers the version held."""

    async def reserve(self, campaign_id: str, step_ids: Sequence[str] | None) -> StepsReserved | None:
        """Refuse new commands for the steps (all for None); None while a command on them is undecided."""

    async def release(self, campaign_id: str) -> None:
        """Take new commands again."""

    async def definitions_to_tell(self, limit: int) -> Sequence[CampaignDefined]:
        """Definitions whose dates the campaign's execution does not know yet."""

    async def mark_told(self, campaign_id: str, version: int) -> None:
        """The campaign's execution goes by this version."""

    async def to_settle(self, limit: int) -> Sequence["Settling"]:
        """Open follow-ups of archived campaigns, and ARCHIVED ones of campaigns that are archived no more."""


@dataclass(frozen=True, slots=True)
class Settling:
    """A follow-up that archiving or un-archiving leaves to be closed or reopened."""

    follow_up_id: str
    advisor_id: str
    version: int
    archived: bool


class Targeting(Protocol):
    """Follow-ups from targeting to their executions' start."""

    async def enrol(self, batch: ClientsTargeted) -> Sequence[TargetedClient]:
        """Make the follow-ups of a batch, once each, with their first fact; answers clients withdrawn before."""

    async def progress(self, campaign_id: str, job_id: str) -> TargetingCount:
        """How far a targeting job is."""

    async def not_started(self, limit: int) -> Sequence[Known]:
        """Follow-ups whose execution was never started."""

    async def mark_started(self, known: Sequence[Known]) -> None:
        """Their executions run, by the plans given."""


class People(Protocol):
    """Replicas of advisors and clients."""

    async def keep_users(self, users: Sequence[UserChanged]) -> None:
        """Keep the users as last told."""

    async def keep_clients(self, clients: Sequence[ClientChanged]) -> Sequence[tuple[str, str, int]]:
        """Keep the clients as last told; answers (follow-up, advisor, revision) for open ones under another advisor."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One thing on a timeline: a fact, or a command that made none."""

    event: FactRecorded | None
    command_id: str | None
    body: dict[str, Any] | None
    door: str
    actor: str
    actor_name: str | None
    occurred_at: datetime
    received_at: datetime
    verdict: str
    code: str | None
    data: dict[str, Any] | None
    note: str | None


class Reading(Protocol):
    """Reads within a principal's reach."""

    async def one(self, principal: Principal, follow_up_id: str) -> FollowUpRow | None:
        """The follow-up, or None when it does not exist within reach."""

    async def page(self, principal: Principal, wanted: FollowUpFilter) -> Sequence[FollowUpRow]:
        """One page, highest potential first."""

    async def timeline(self, follow_up_id: str) -> Sequence[TimelineEntry]:
        """All that was tried on one follow-up, in the order in which it was received."""

    async def recorded_number(self, follow_up_id: str) -> int:
        """Up to which number its facts are recorded; 0 when it is unknown."""

    async def facts_page(self, wanted: FactsPage) -> Facts:
        """Facts in the order of recording."""
