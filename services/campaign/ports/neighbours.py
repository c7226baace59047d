"""Who else is needed: everybody's rights, the present, the follow-up service, the store of files."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from shared.contracts.campaign import CampaignDefined
from shared.contracts.followup import EffectsOfEdit, JobDecided, StepsReserved, TargetingCount
from shared.rulebook.access import Principal
from shared.rulebook.due_dates import WorkingDays
from shared.rulebook.steps import Plan
from shared.runtime.documents import Document, Incoming


class People(Protocol):
    """Everybody's rights, as the directory tells them within a second."""

    async def principal(self, user_id: str) -> Principal | None:
        """The rights of an active user; waits up to a second for one who is unknown."""

    def known(self) -> bool:
        """Whether rights can be known at this moment."""

    def present(self, user_id: str) -> Principal | None:
        """The rights of an active user at this moment, without waiting; only while they can be known."""


class Clock(Protocol):
    """The present."""

    def now(self) -> datetime:
        """The present instant, in UTC."""

    def today(self) -> date:
        """The present day in the deployment's zone."""

    def day_of(self, instant: datetime) -> date:
        """The day of an instant in the deployment's zone."""


class Calendars(Protocol):
    """The deployment's working days, as the directory says."""

    async def present(self) -> WorkingDays:
        """The calendar now. Raises when the directory does not answer."""


class FollowUps(Protocol):
    """The follow-up service; each question waits at most two seconds."""

    async def hold(self, definition: CampaignDefined) -> bool:
        """Whether it holds this version or a later one now; False when it does not answer."""

    async def reserve(self, campaign_id: str, step_ids: Collection[str] | None, *, by: str) -> StepsReserved:
        """Refuse new commands for these steps, or for all, for a minute; what was done on them.

        `by` names this reservation. Raises when it does not answer, or when another one stands.
        """

    async def release(self, campaign_id: str, step_ids: Collection[str] | None, *, by: str) -> None:
        """Take that reservation back."""

    async def preview(
        self, campaign_id: str, old_plan: Plan, new_plan: Plan
    ) -> tuple[Sequence[EffectsOfEdit], Collection[str]]:
        """What the edit would do, by advisor, one of whom may come several times; removed steps completed somewhere.

        Raises when it does not answer.
        """

    async def progress(self, campaign_id: str, job_id: str) -> TargetingCount | None:
        """How far it is with a job's clients; None when it does not answer."""

    async def decided(self, campaign_id: str, job_id: str, *, after: str | None, limit: int) -> JobDecided | None:
        """How far the commands of a job are, with one page of those refused; None when it does not answer."""


class Files(Protocol):
    """The files of this service, by the campaign that they belong to."""

    async def keep(self, incoming: Incoming, *, owner_id: str, by: str, at: datetime) -> Document:
        """Take a file in, attached to nothing yet."""

    async def find(self, owner_id: str, document_ids: Collection[str]) -> Mapping[str, Document]:
        """Those of the documents that belong to the owner, by id."""

    def read(self, document: Document) -> AsyncIterator[bytes]:
        """The bytes, a chunk at a time."""
