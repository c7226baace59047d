"""The records of the campaign service: transactions that change them, readings through a reach."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol

from services.campaign.ports.targeting import (
    Chunk,
    Entering,
    Found,
    Job,
    JobsWanted,
    Skipped,
    Standing,
    TargetedRow,
    TargetedWanted,
    TargetItem,
)
from services.campaign.ports.values import Campaign, Listed, Wanted
from shared.contracts.campaign import MomentKind
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.contracts.wire import Event
from shared.rulebook.access import Principal, Target
from shared.rulebook.spread import Spreading


class Changing(Protocol):
    """One transaction on campaigns."""

    async def campaign(self, campaign_id: str) -> Campaign | None:
        """The campaign, locked until the transaction ends; deleted ones too."""

    async def create(self, campaign: Campaign) -> bool:
        """Write a new campaign and its first version; False, and nothing written, when its key is taken."""

    async def save(self, campaign: Campaign) -> None:
        """Write the next version of a campaign."""

    async def attach(self, campaign_id: str, document_ids: Collection[str], now: datetime) -> None:
        """Keep these documents of the campaign for good; Invalid `document_unknown` when one is there no more."""

    async def copy_documents(self, copies: Mapping[str, str], campaign_id: str, by: str, now: datetime) -> None:
        """Give the campaign documents of another: `copies` says under which new id each."""

    async def release_documents(self, campaign_id: str) -> None:
        """Leave the documents of a campaign that is no more to the sweep."""

    async def own_order(self, reader: Principal) -> list[str]:
        """All campaigns that the reader sees, in the reader's own order, which nobody else changes meanwhile."""

    async def set_order(self, user_id: str, campaign_ids: Sequence[str]) -> None:
        """Replace a user's own order of the list."""

    async def first_time(self, campaign_id: str, kind: MomentKind, on: date, now: datetime) -> bool:
        """Note a campaign's moment; False when it was noted before."""

    async def add_job(self, job: Job, items: Sequence[TargetItem], skipped: Sequence[Skipped] = ()) -> Job:
        """Keep a job with its items; answers the one held when its id is known."""

    async def cancel_job(self, job_id: str, now: datetime) -> None:
        """Let what is left of the job be skipped; nothing when it was cancelled before."""

    async def copy_targets(self, source_id: str, job: Job) -> Job:
        """Keep a job that targets the clients of another campaign, by default entry dates."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Let the events leave once this transaction is committed, and only then."""


class Working(Protocol):
    """One transaction in which one chunk of a job has its effect."""

    async def chunk(self, now: datetime) -> Chunk | None:
        """The next chunk that is due and that nobody else works on."""

    async def campaign(self, campaign_id: str) -> Campaign:
        """The campaign, kept from being changed until the transaction ends."""

    async def target(self, campaign: Campaign, reader: Principal) -> Target:
        """What the rights of `reader` on that campaign are decided by."""

    async def find(self, items: Sequence[TargetItem], asker: Principal) -> Mapping[int, Found]:
        """The clients that items name, by position; unknown ones are absent, and so are those out of reach."""

    async def standing(self, campaign_id: str, client_ids: Collection[str]) -> Mapping[str, Standing]:
        """How those of the clients stand who are or were in the campaign, kept so until the transaction ends."""

    async def enter(self, job: Job, entering: Sequence[Entering], now: datetime) -> set[str]:
        """Put clients into the campaign, withdrawn ones again; answers the ids of those that were not in it."""

    async def withdraw(self, campaign_id: str, client_ids: Collection[str]) -> None:
        """Let the clients leave; their follow-ups tell what became of it."""

    async def finish(
        self, chunk: Chunk, *, accepted: int, skipped: Sequence[Skipped], left: Sequence[TargetItem], again_at: datetime
    ) -> None:
        """Count the chunk's outcome into its job; what is left is tried again at `again_at`."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Let the events leave once this transaction is committed, and only then."""


class Campaigns(Protocol):
    """The records, to write and to read."""

    def changing(self) -> AbstractAsyncContextManager[Changing]:
        """A transaction on campaigns."""

    def working(self) -> AbstractAsyncContextManager[Working]:
        """A transaction for a chunk of a job."""

    async def campaign(self, campaign_id: str) -> Campaign | None:
        """The campaign as it is now, without a lock; None when unknown or deleted."""

    async def target(self, campaign: Campaign, reader: Principal) -> Target:
        """What the rights of `reader` on that campaign are decided by."""

    async def page(self, reader: Principal, wanted: Wanted) -> Sequence[Listed]:
        """The campaigns that the reader may see, in the order asked for."""

    async def order_of(self, user_id: str) -> Sequence[str]:
        """The campaigns that the user gave a place in an own order, in that order."""

    async def names(self, user_ids: Collection[str]) -> Mapping[str, str]:
        """The names of the people that are known."""

    async def within(self, user_ids: Collection[str], reader: Principal) -> set[str]:
        """Those of the people whom the reader's reach covers."""

    async def units(self, user_ids: Collection[str], reader: Principal) -> Mapping[str, str]:
        """The units of those of the people whom the reader's reach covers."""

    async def versions(self, campaign_id: str, *, before: int | None, limit: int) -> Sequence[Campaign]:
        """The campaign as it was in each version, the newest first, those below `before`."""

    async def allocation_changes(
        self, campaign_id: str, *, before: int | None, limit: int
    ) -> Sequence[tuple[Campaign | None, Campaign]]:
        """Versions that changed the target or its shares, the newest first, each with the version before it."""

    async def open_follow_ups(
        self, campaign_id: str, advisor_ids: Collection[str], reader: Principal
    ) -> Mapping[str, int]:
        """How many clients of each of the advisors, within reach, have an open follow-up in the campaign."""

    async def steps_ever(self, campaign_id: str, step_ids: Collection[str]) -> set[str]:
        """Those of the ids that a step of the campaign had in any version."""

    async def targeted(self, campaign_id: str, reader: Principal, wanted: TargetedWanted) -> Sequence[TargetedRow]:
        """Targeted clients within the reader's reach, in the order asked for."""

    async def waiting(self, campaign_id: str, reader: Principal, today: date) -> Mapping[Spreading, date]:
        """The WAITING clients within the reader's reach under their present advisors, with their entry dates."""

    async def job(self, campaign_id: str, job_id: str) -> Job | None:
        """A job of that campaign."""

    async def jobs(self, wanted: JobsWanted) -> Sequence[Job]:
        """Jobs of a campaign, of an asker, or both; the latest first."""

    async def references(self, client_ids: Collection[str]) -> Mapping[str, str]:
        """How the host CRM calls those of the clients that are known."""

    async def named_within(self, names: Collection[str], reader: Principal) -> set[str]:
        """Those of the names that are the CRM's id, or ours, of a client within the reader's reach."""

    async def skips(self, job_id: str, *, after: int, limit: int) -> Sequence[Skipped]:
        """The items that had no effect, in their order in the call."""

    async def skip_reasons(self, job_id: str) -> Mapping[str, int]:
        """How many items were skipped for which reason."""


class Replicas(Protocol):
    """What is kept of the directory."""

    async def keep_users(self, told: Sequence[UserChanged]) -> None:
        """Keep each user's highest revision."""

    async def keep_clients(self, told: Sequence[ClientChanged]) -> None:
        """Keep each client's highest revision."""

    async def keep_facts(self, told: Sequence[FactRecorded]) -> None:
        """Keep how targeted clients stand after the highest of these facts."""
