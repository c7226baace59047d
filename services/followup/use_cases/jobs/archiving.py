"""Jobs that nobody asks for, since a saved definition implies them.

Archiving closes open follow-ups, un-archiving reopens those (spec 2.7); dates that move pull WAITING entry dates in
(spec 2.4). And the executions of all jobs, started once and again when they were not heard of.
"""

from services.followup.ports import (
    Choice,
    Definitions,
    Job,
    JobEngine,
    JobKind,
    JobOrder,
    Jobs,
    JobState,
    Terms,
    Unsettled,
)
from shared.contracts.workflow import BulkStart
from shared.rulebook import ids
from shared.runtime.clock import Clock

_AT_ONCE = 50


class ArchivingJobs:
    """Each method does one round and answers how much it did; what fails is left for the next."""

    def __init__(self, jobs: Jobs, definitions: Definitions, engine: JobEngine, clock: Clock) -> None:
        self._jobs = jobs
        self._definitions = definitions
        self._engine = engine
        self._clock = clock

    async def ask(self) -> int:
        """Keep a job for each campaign whose definition implies one, one after another per campaign."""
        found = await self._definitions.to_settle(self._clock.now(), self._clock.today())
        for one in found:
            await self._jobs.add(self._job(one))
        return len(found)

    async def start_executions(self) -> int:
        """Start the executions of jobs that have none."""
        started = 0
        for job in await self._jobs.to_start(_AT_ONCE, self._clock.today()):
            undo = job.state is JobState.UNDOING
            begin_on = None if undo else job.order.begin_on
            begin_at = None if begin_on is None else self._clock.midnight(begin_on)
            if await self._engine.start_job(BulkStart(job_id=job.job_id, begin_at=begin_at, undo=undo)):
                await self._jobs.started(job.job_id, undo=undo)
                started += 1
        return started

    def _job(self, one: Unsettled) -> Job:
        return Job(
            job_id=ids.job_id(f"archiving/{one.campaign_id}/{one.version}/{one.round}"),
            order=JobOrder(kind=one.kind, choice=_chosen(one), terms=Terms()),
            asker_id=one.by,
            content="",
            asked_at=self._clock.now(),
            state=JobState.PREPARING,
            campaign_id=one.campaign_id,
            version=one.version,
        )


def _chosen(one: Unsettled) -> Choice:
    match one.kind:
        case JobKind.REOPEN_UNARCHIVED:
            return Choice(campaign_id=one.campaign_id, state="ARCHIVED")
        case JobKind.PULL_IN:
            return Choice(campaign_id=one.campaign_id, state="WAITING", entry_outside=(one.first, one.last))
        case _:
            return Choice(campaign_id=one.campaign_id)
