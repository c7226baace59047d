"""Definitions, targeting and people, as the follow-up service needs them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.followup.ports.commands import Known
from services.followup.ports.jobs import JobKind
from shared.contracts.campaign import CampaignDefined, ClientsTargeted, DefinitionFound, TargetedClient
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import JobDecided, JobDecisions, StepsReserved, TargetingCount


class Definitions(Protocol):
    """The replica of definitions, reservations of steps, and what the campaigns' executions know."""

    async def hold(self, definition: CampaignDefined) -> int:
        """Keep the definition if its version is higher; answers the version held."""

    async def reserve(
        self, campaign_id: str, step_ids: Sequence[str] | None, *, by: str = "", seconds: float = 60.0
    ) -> StepsReserved | None:
        """Refuse new commands for the steps (all for None), in the name of `by`, for so long.

        None while a command on them is undecided, or while somebody else's reservation of the campaign stands.
        """

    async def release(self, campaign_id: str, *, by: str = "") -> None:
        """Take new commands again, if the reservation is that of `by`."""

    async def ended_reservations(self, limit: int) -> Sequence[str]:
        """Campaigns whose reservation should have been released or saved by now."""

    async def release_ended(self, campaign_id: str) -> bool:
        """Take new commands again, if the reservation's time is over; whether it was."""

    async def definitions_to_tell(self, limit: int) -> Sequence[CampaignDefined]:
        """Definitions whose dates the campaign's execution does not know yet."""

    async def mark_told(self, campaign_id: str, version: int) -> None:
        """The campaign's execution goes by this version."""

    async def to_settle(self, now: datetime, today: date) -> Sequence["Unsettled"]:
        """Campaigns with follow-ups that are not as the definition implies, and no job about it.

        Open ones though it is archived, ARCHIVED ones though it is not, WAITING ones that enter outside its dates.
        `now` is by the clock that jobs end by.
        """

    async def look_again(self, campaign_id: str, entries: Collection[date]) -> None:
        """Clients are to enter on these days, asked for under this version or an older one: they may lie outside."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A campaign whose follow-ups a job is to bring to what `version` says; `by` saved it."""

    campaign_id: str
    version: int
    kind: JobKind
    first: date
    last: date
    by: str
    round: int = 1
    """How many jobs about this version there were before, and one: some follow-ups come late."""


class CampaignService(Protocol):
    """The campaign service, asked."""

    async def present(self, campaign_id: str) -> DefinitionFound | None:
        """The campaign's present version there; None when it does not answer."""


class Targeting(Protocol):
    """Follow-ups from targeting to their executions' start."""

    async def enrol(self, batch: ClientsTargeted) -> Sequence[TargetedClient]:
        """Make the follow-ups of a batch, once each, with their first fact; answers those to be targeted again."""

    async def progress(self, campaign_id: str, job_id: str) -> TargetingCount:
        """How far a targeting job is."""

    async def decisions(self, question: JobDecisions) -> JobDecided:
        """How far the commands of a job are, with one page of those refused."""

    async def not_started(self, limit: int, *, after: str | None = None) -> Sequence[Known]:
        """Follow-ups whose execution was never started, in the order of their ids, those after `after`."""

    async def mark_started(self, known: Sequence[Known]) -> None:
        """Their executions run, by the plans given."""


class People(Protocol):
    """Replicas of advisors and clients."""

    async def keep_users(self, users: Sequence[UserChanged]) -> None:
        """Keep the users as last told."""

    async def keep_clients(self, clients: Sequence[ClientChanged]) -> Sequence[tuple[str, str, int]]:
        """Keep the clients as last told; answers (follow-up, advisor, revision) for open ones under another advisor."""
