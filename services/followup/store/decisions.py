"""What became of the commands of a job, client by client."""

import sqlalchemy as sa

from shared.contracts.followup import JobDecided, JobDecisions, RefusedInJob
from shared.runtime.database import Database

# A client is decided once every command of the job for it is; what would have changed nothing counts as done.
_CLIENTS = """
    with of_client as (
        select follow_up_id, bool_and(verdict is not null) as decided,
               max(code) filter (where verdict = 'refused' and code <> 'unchanged') as code
        from commands where source = :source group by follow_up_id
    )
"""
_COUNTS = sa.text(
    f"{_CLIENTS} select code, count(*) as clients from of_client where decided group by code"  # noqa: S608  our own
)
_REFUSALS = sa.text(
    f"""
    {_CLIENTS}
    select c.follow_up_id::text, f.client_id::text, c.code
    from of_client c left join follow_ups f using (follow_up_id)
    where c.decided and c.code is not null and c.follow_up_id > cast(:after as uuid)
    order by c.follow_up_id limit :limit
    """  # noqa: S608  a statement of our own
)
_FIRST = "00000000-0000-0000-0000-000000000000"


async def job_decisions(database: Database, question: JobDecisions) -> JobDecided:
    """How many clients are decided, how many refused and why, and one page of those refused."""
    source = f"job:{question.job_id}"
    page = {"source": source, "after": question.after or _FIRST, "limit": question.limit}
    async with database.reading() as conn:
        counts = {row.code: row.clients for row in (await conn.execute(_COUNTS, {"source": source})).all()}
        refusals = (await conn.execute(_REFUSALS, page)).all() if question.limit else ()
    by_code = {code: number for code, number in counts.items() if code is not None}
    return JobDecided(
        decided=sum(counts.values()),
        refused=sum(by_code.values()),
        by_code=by_code,
        refusals=tuple(RefusedInJob(follow_up_id=row[0], client_id=row[1] or "", code=row[2]) for row in refusals),
    )
