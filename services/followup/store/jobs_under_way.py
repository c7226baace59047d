"""Jobs that have not ended, for operators."""

from sqlalchemy import text

from shared.runtime.database import Database
from shared.runtime.jobs_under_way import JobsUnderWay, jobs_by

_UNDER_WAY = text(
    "select job_id::text, kind, campaign_id::text, done + refused + cancelled as done,"
    " case when listed then chosen end as total, asked_at,"
    " kind not in ('close_archived', 'reopen_unarchived', 'pull_in') as stoppable"
    " from bulk_jobs where finished_at is null order by asked_at, job_id limit 100"
)


def jobs_under_way(database: Database) -> JobsUnderWay:
    """The oldest hundred."""
    return jobs_by(database, _UNDER_WAY)
