"""Clients to be targeted, the job that does it, and those targeted."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from typing_extensions import TypedDict

from services.campaign.ports import Job, SkipReason, TargetItem
from services.campaign.schemas.fields import Amount, Key, Uuid
from services.campaign.use_cases.read import JobSeen
from shared.contracts.wire import Euros, Incoming
from shared.rulebook.errors import Invalid

MAX_CLIENTS = 100_000
MAX_BODY_BYTES = 33_554_432
"""Room for so many, each with a potential, an entry date and a long id."""


PlainAmount = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}(\.[0-9]{1,2})?$")]
"""Euros as a string, which a call with 100,000 of them need not turn into numbers."""


class TargetInput(TypedDict, total=False):
    """One client by our id or by the host CRM's; the entry date defaults to the later of today and the start date."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic's way to configure these

    client_id: Uuid
    client: Key
    potential: Annotated[PlainAmount | Amount, Field(union_mode="left_to_right")]
    entry_date: date | None


class TargetClients(Incoming):
    """Clients to be put into a campaign; `key` makes a repeated call the same job."""

    key: Key | None = None
    clients: Annotated[list[TargetInput], Field(min_length=1, max_length=MAX_CLIENTS)]

    def items(self) -> list[TargetItem]:
        """The clients with their position in the call; Invalid `client_unclear` for one named twice, or not at all."""
        unclear = [at for at, one in enumerate(self.clients, start=1) if ("client" in one) == ("client_id" in one)]
        if unclear:
            raise Invalid("client_unclear", {"positions": unclear[:100]})
        return [
            TargetItem(
                at, one.get("client_id"), one.get("client"), Decimal(one.get("potential", 0)), one.get("entry_date")
            )
            for at, one in enumerate(self.clients, start=1)
        ]


class JobState(StrEnum):
    """RUNNING until each client was skipped or its follow-up has started."""

    RUNNING = "RUNNING"
    DONE = "DONE"


class Skip(BaseModel):
    """An item that targeted nobody; `position` counts from 1 in the call."""

    position: int
    client: str
    reason: SkipReason


class TargetingJob(BaseModel):
    """How far a targeting job is.

    `targeted` were put into the campaign, `skipped` were not; `received` and `started` are the follow-up service's
    counts, None while it does not answer.
    """

    job_id: str
    campaign_id: str
    state: JobState
    total: int
    targeted: int
    received: int | None
    started: int | None
    skipped: int
    skipped_by_reason: dict[SkipReason, int]
    skips: list[Skip]
    """The first of them after position `after`."""
    asked_by: str
    asked_at: datetime

    @classmethod
    def asked(cls, job: Job) -> Self:
        """The job as it is when asked for."""
        return cls.seen(JobSeen(job=job, count=None, reasons={}, skips=()))

    @classmethod
    def seen(cls, seen: JobSeen) -> Self:
        """The job as it is now."""
        job, count = seen.job, seen.count
        return cls(
            job_id=job.job_id,
            campaign_id=job.campaign_id,
            state=JobState.DONE if seen.done else JobState.RUNNING,
            total=job.total,
            targeted=job.targeted,
            received=None if count is None else count.received,
            started=None if count is None else count.started,
            skipped=job.skipped,
            skipped_by_reason=dict(seen.reasons),
            skips=[Skip(position=one.position, client=one.client, reason=one.reason) for one in seen.skips],
            asked_by=job.asker.user_id,
            asked_at=job.asked_at,
        )


class TargetedClientRow(BaseModel):
    """A targeted client within the reader's reach."""

    model_config = ConfigDict(from_attributes=True)

    client_id: str
    external_id: str | None
    name: str | None
    advisor_id: str
    advisor_name: str | None
    potential: Euros
    initial_potential: Euros
    entry_date: date
    state: str
    job_id: str


class TargetedClients(BaseModel):
    """One page; `next` is the `after` of the following one."""

    items: list[TargetedClientRow]
    next: str | None
