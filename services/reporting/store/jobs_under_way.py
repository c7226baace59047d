"""Jobs that have not ended, for operators."""

from sqlalchemy import text

from shared.runtime.database import Database
from shared.runtime.jobs_under_way import JobsUnderWay, jobs_by

_UNDER_WAY = text(
    "select export_id::text as job_id, 'EXPORT' as kind, null::text as campaign_id, progress as done,"
    " null::int as total, asked_at"
    " from exports where ended_at is null order by asked_at, export_id limit 100"
)


def jobs_under_way(database: Database) -> JobsUnderWay:
    """The oldest hundred."""
    return jobs_by(database, _UNDER_WAY)
