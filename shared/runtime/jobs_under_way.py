"""Jobs of a service that have not ended, as operators see them: what kind, how far, since when; no names."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause

from shared.runtime.database import Database


@dataclass(frozen=True, slots=True)
class JobUnderWay:
    """One job; `total` is None where it is not known before the end."""

    job_id: str
    kind: str
    campaign_id: str | None
    done: int
    total: int | None
    asked_at: datetime
    stoppable: bool = True
    """Whether an operator may stop it."""


JobsUnderWay = Callable[[], Awaitable[Sequence[JobUnderWay]]]
"""The jobs that have not ended, the oldest first."""

StopJob = Callable[[str], Awaitable[None]]
"""Stop the job of this id, whoever asked for it: what is done stays. NotVisible `job_unknown`, Refused `job_over`."""


def jobs_by(database: Database, statement: TextClause) -> JobsUnderWay:
    """The jobs that this statement finds: its columns are the fields above."""

    async def read() -> Sequence[JobUnderWay]:
        async with database.reading() as connection:
            return [JobUnderWay(**row) for row in (await connection.execute(statement)).mappings()]

    return read
