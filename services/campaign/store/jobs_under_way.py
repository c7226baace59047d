"""Jobs that have not ended, for operators, who may stop them."""

from sqlalchemy import text

from services.campaign.store import jobs
from shared.rulebook.errors import NotVisible, Refused
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.jobs_under_way import JobsUnderWay, StopJob, jobs_by

_UNDER_WAY = text(
    "select job_id::text, kind, campaign_id::text, accepted + skipped as done, total, asked_at"
    " from targeting_jobs where accepted + skipped < total order by asked_at, job_id limit 100"
)
_IS_OVER = text("select accepted + skipped >= total from targeting_jobs where job_id = cast(:job as uuid)")


def jobs_under_way(database: Database) -> JobsUnderWay:
    """The oldest hundred."""
    return jobs_by(database, _UNDER_WAY)


def stopping(database: Database, clock: Clock) -> StopJob:
    """What is left of the job is skipped as `cancelled`; what was accepted stays."""

    async def stop(job_id: str) -> None:
        async with database.transaction() as connection:
            is_over = (await connection.execute(_IS_OVER, {"job": job_id})).scalar_one_or_none()
            if is_over is None:
                raise NotVisible("job_unknown")
            if is_over:
                raise Refused("job_over")
            await jobs.cancel(connection, job_id, clock.now())

    return stop
