"""Jobs that have not ended, for operators, who may stop them."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import text

from shared.rulebook.errors import NotVisible, Refused
from shared.runtime.database import Database
from shared.runtime.jobs_under_way import JobsUnderWay, StopJob, jobs_by

_UNDER_WAY = text(
    "select export_id::text as job_id, 'EXPORT' as kind, null::text as campaign_id, progress as done,"
    " null::int as total, asked_at"
    " from exports where ended_at is null order by asked_at, export_id limit 100"
)
_STOP = text(
    "update exports set cancelled = true, ended_at = :now where export_id = cast(:job as uuid) and ended_at is null"
)
_KNOWN = text("select true from exports where export_id = cast(:job as uuid)")


def jobs_under_way(database: Database) -> JobsUnderWay:
    """The oldest hundred."""
    return jobs_by(database, _UNDER_WAY)


def stopping(database: Database, now: Callable[[], datetime]) -> StopJob:
    """The export ends without a file, as when its asker stops it."""

    async def stop(job_id: str) -> None:
        async with database.transaction() as connection:
            if (await connection.execute(_STOP, {"job": job_id, "now": now()})).rowcount:
                return
            if (await connection.execute(_KNOWN, {"job": job_id})).scalar_one_or_none() is None:
                raise NotVisible("job_unknown")
            raise Refused("job_over")

    return stop
