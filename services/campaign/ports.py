"""What the campaign service's use cases need: its own records, people's rights, and the follow-up service."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from shared.contracts.campaign import CampaignDefined, MomentKind
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import StepsReserved, TargetingCount
from shared.contracts.wire import Event
from shared.rulebook.access import Principal, Target
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


@dataclass(frozen=True, slots=True)
class TargetItem:
    """One client of a call, by our id or the CRM's; `position` counts from 1."""

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


class Changing(Protocol):
    """One transaction on campaigns."""

    async def campaign(self, campaign_id: str) -> Campaign | None:
        """The campaign, locked until the transaction ends; deleted ones too."""

    async def create(self, campaign: Campaign) -> bool:
        """Write a new campaign and its first version; False, and nothing written, when its key is taken."""

    async def save(self, campaign: Campaign) -> None:
        """Write the next version of a campaign."""

    async def set_order(self, user_id: str, campaign_ids: Sequence[str]) -> None:
        """Replace a user's own order of the list."""

    async def first_time(self, campaign_id: str, kind: MomentKind, on: date, now: datetime) -> bool:
        """Note a campaign's moment; False when it was noted before."""

    async def add_job(self, job: Job, items: Sequence[TargetItem]) -> Job:
        """Keep a targeting job with its items; answers the one held when its id is known."""

    async def copy_targets(self, source_id: str, job: Job) -> Job:
        """Keep a job that targets the clients of another campaign, by default entry dates."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Let the events leave once this transaction is committed, and only then."""


class Working(Protocol):
    """One transaction in which one chunk of a targeting job has its effect."""

    async def chunk(self, now: datetime) -> Chunk | None:
        """The next chunk that is due and that nobody else works on."""

    async def campaign(self, campaign_id: str) -> Campaign:
        """The campaign, kept from being changed until the transaction ends."""

    async def find(self, items: Sequence[TargetItem], asker: Principal) -> Mapping[int, Found]:
        """The clients that items name, by position; unknown ones are absent."""

    async def enter(self, job: Job, entering: Sequence[Entering], now: datetime) -> set[str]:
        """Put clients into the campaign; answers the ids of those that were not in it."""

    async def finish(
        self, chunk: Chunk, *, targeted: int, skipped: Sequence[Skipped], left: Sequence[TargetItem], again_at: datetime
    ) -> None:
        """Count the chunk's outcome into its job; what is left is tried again at `again_at`."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Let the events leave once this transaction is committed, and only then."""


class Campaigns(Protocol):
    """The records, to write and to read."""

    def changing(self) -> AbstractAsyncContextManager[Changing]:
        """A transaction on campaigns."""

    def working(self) -> AbstractAsyncContextManager[Working]:
        """A transaction for a chunk of a targeting job."""

    async def campaign(self, campaign_id: str) -> Campaign | None:
        """The campaign as it is now, without a lock; None when unknown or deleted."""

    async def target(self, campaign: Campaign, reader: Principal) -> Target:
        """What the rights of `reader` on that campaign are decided by."""

    async def page(self, reader: Principal, wanted: Wanted) -> Sequence[Listed]:
        """The campaigns that the reader may see, in the order asked for."""

    async def names(self, user_ids: Collection[str]) -> Mapping[str, str]:
        """The names of the people that are known."""

    async def within(self, user_ids: Collection[str], reader: Principal) -> set[str]:
        """Those of the people whom the reader's reach covers."""

    async def user_of(self, external_id: str) -> str | None:
        """The id of the user that the host CRM calls so."""

    async def versions(self, campaign_id: str, *, before: int | None, limit: int) -> Sequence[Campaign]:
        """The campaign as it was in each version, the newest first, those below `before`."""

    async def targeted(
        self, campaign_id: str, reader: Principal, *, after: str | None, limit: int
    ) -> Sequence[TargetedRow]:
        """Targeted clients within the reader's reach, by client id."""

    async def job(self, campaign_id: str, job_id: str) -> Job | None:
        """A targeting job of that campaign."""

    async def skips(self, job_id: str, *, after: int, limit: int) -> Sequence[Skipped]:
        """The items that targeted nobody, in their order in the call."""

    async def skip_reasons(self, job_id: str) -> Mapping[SkipReason, int]:
        """How many items were skipped for which reason."""


class Replicas(Protocol):
    """What is kept of the directory."""

    async def keep_users(self, told: Sequence[UserChanged]) -> None:
        """Keep each user's highest revision."""

    async def keep_clients(self, told: Sequence[ClientChanged]) -> None:
        """Keep each client's highest revision."""


class People(Protocol):
    """Everybody's rights, as the directory tells them within a second."""

    def principal(self, user_id: str) -> Principal | None:
        """The rights of an active user."""


class Clock(Protocol):
    """The present."""

    def now(self) -> datetime:
        """The present instant, in UTC."""

    def today(self) -> date:
        """The present day in the deployment's zone."""

    def day_of(self, instant: datetime) -> date:
        """The day of an instant in the deployment's zone."""


class FollowUps(Protocol):
    """The follow-up service; each question waits at most two seconds."""

    async def hold(self, definition: CampaignDefined) -> bool:
        """Whether it holds this version or a later one now; False when it does not answer."""

    async def reserve(self, campaign_id: str, step_ids: Collection[str] | None) -> StepsReserved:
        """Refuse new commands for these steps, or for all; what was done on them. Raises when it does not answer."""

    async def release(self, campaign_id: str, step_ids: Collection[str] | None) -> None:
        """Take such a reservation back."""

    async def progress(self, campaign_id: str, job_id: str) -> TargetingCount | None:
        """How far it is with a job's clients; None when it does not answer."""
