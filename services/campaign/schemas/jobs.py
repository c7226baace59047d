"""A job on a campaign's clients as it is shown, and the clients themselves."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel

from services.campaign.ports import Job, JobKind, Skipped, TargetedRow
from services.campaign.use_cases.see_jobs import JobSeen
from shared.contracts.wire import Euros
from shared.rulebook.follow_up import FollowUpStatus
from shared.rulebook.standing import status_of


class JobState(StrEnum):
    """RUNNING until each client was skipped, or its follow-up has started or decided."""

    RUNNING = "RUNNING"
    DONE = "DONE"


class Skip(BaseModel):
    """An item that had no effect. `position` counts from 1 in the call, or is the row of a file.

    `reason` is a code of docs/domain.md, Refusals; `detail` says more where there is more to say. `client` is as the
    asker named it; in somebody else's job, null unless it names a client within one's own reach.
    """

    position: int
    client: str | None
    reason: str
    detail: str | None = None

    @classmethod
    def of(cls, skipped: Skipped) -> Self:
        """As shown."""
        return cls(position=skipped.position, client=skipped.client, reason=skipped.reason, detail=skipped.detail)


class TargetingJob(BaseModel):
    """How far a job on a campaign's clients is.

    `accepted` were put into the campaign, or their withdrawal or change went to their follow-ups; `skipped` were not.
    `received` and `started` (of a job that targets), `decided` and `refused` (of one that withdraws or changes) are the
    follow-up service's counts, None while it does not answer.
    """

    job_id: str
    campaign_id: str
    kind: JobKind
    state: JobState
    cancelled: bool
    total: int
    accepted: int
    targeted: int
    """As `accepted`, of a job that targets."""
    received: int | None
    started: int | None
    decided: int | None
    refused: int | None
    refused_by_code: dict[str, int]
    skipped: int
    skipped_by_reason: dict[str, int]
    skips: list[Skip]
    """The first of them after position `after`."""
    asked_by: str
    asked_at: datetime

    @classmethod
    def asked(cls, job: Job) -> Self:
        """The job as it is when asked for."""
        return cls.seen(JobSeen(job=job, reasons={}, skips=()))

    @classmethod
    def seen(cls, seen: JobSeen) -> Self:
        """The job as it is now."""
        job, count, decided = seen.job, seen.count, seen.decided
        return cls(
            job_id=job.job_id,
            campaign_id=job.campaign_id,
            kind=job.kind,
            state=JobState.DONE if seen.done else JobState.RUNNING,
            cancelled=job.cancelled_at is not None,
            total=job.total,
            accepted=job.accepted,
            targeted=job.accepted if job.kind is JobKind.TARGET else 0,
            received=None if count is None else count.received,
            started=None if count is None else count.started,
            decided=None if decided is None else decided.decided,
            refused=None if decided is None else decided.refused,
            refused_by_code={} if decided is None else decided.by_code,
            skipped=job.skipped,
            skipped_by_reason=dict(seen.reasons),
            skips=[Skip.of(one) for one in seen.skips],
            asked_by=job.asker.user_id,
            asked_at=job.asked_at,
        )


class JobSummary(BaseModel):
    """A job in a list: how much of it was dealt with here. Ask for the job itself for what its follow-ups say."""

    job_id: str
    campaign_id: str
    kind: JobKind
    cancelled: bool
    total: int
    accepted: int
    skipped: int
    asked_by: str
    asked_at: datetime

    @classmethod
    def of(cls, job: Job) -> Self:
        """The job in a list."""
        return cls(
            job_id=job.job_id,
            campaign_id=job.campaign_id,
            kind=job.kind,
            cancelled=job.cancelled_at is not None,
            total=job.total,
            accepted=job.accepted,
            skipped=job.skipped,
            asked_by=job.asker.user_id,
            asked_at=job.asked_at,
        )


class JobPage(BaseModel):
    """One page, the latest first; `next` is the cursor of the following one."""

    items: list[JobSummary]
    next: str | None


class SkipPage(BaseModel):
    """One page of items without effect; `next` is the cursor of the following one.

    Those that their follow-ups refused come last, with position 0.
    """

    items: list[Skip]
    next: str | None


class TargetedClientRow(BaseModel):
    """A targeted client within the reader's reach, as the follow-up last told."""

    client_id: str
    external_id: str | None
    name: str | None
    advisor_id: str
    advisor_name: str | None
    potential: Euros
    initial_potential: Euros
    entry_date: date
    state: FollowUpStatus
    job_id: str

    @classmethod
    def of(cls, row: TargetedRow, today: date) -> Self:
        """The row as it is today."""
        return cls(
            client_id=row.client_id,
            external_id=row.external_id,
            name=row.name,
            advisor_id=row.advisor_id,
            advisor_name=row.advisor_name,
            potential=row.potential,
            initial_potential=row.initial_potential,
            entry_date=row.entry_date,
            state=status_of(row.closing, row.entry_date, today),
            job_id=row.job_id,
        )


class TargetedClients(BaseModel):
    """One page; `next` is the `after` of the following one."""

    items: list[TargetedClientRow]
    next: str | None
