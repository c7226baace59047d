"""Jobs over many follow-ups in PostgreSQL, in transactions far below half a second."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement

from services.followup.ports import (
    Candidate,
    Choice,
    Item,
    ItemOutcome,
    Job,
    JobKind,
    JobOrder,
    JobState,
    Settled,
    ShownItem,
    Terms,
)
from services.followup.store import candidates, job_items
from services.followup.store.reach import sees_job
from services.followup.store.rows import Plans
from services.followup.tables import bulk_jobs
from shared.rulebook.access import Principal
from shared.runtime.clock import Clock
from shared.runtime.database import Database

_CHOICE: TypeAdapter[Choice] = TypeAdapter(Choice)
_TERMS: TypeAdapter[Terms] = TypeAdapter(Terms)
_QUIET = timedelta(minutes=2)
"""After so long without a page an execution is started again, in vain when it runs."""
_ADD = sa.text(
    """
    insert into bulk_jobs (job_id, kind, choice, ids, terms, note, begin_on, asker_id, content, asked_at, campaign_id,
                           version, state, moved_at)
    values (:job_id, :kind, cast(:choice as jsonb), cast(:ids as uuid[]), cast(:terms as jsonb), :note, :begin_on,
            :asker_id, :content, :asked_at, :campaign_id, :version, :state, :asked_at)
    on conflict do nothing
    """
)
_IDS = sa.text(
    """
    select distinct id::text, id as place from bulk_jobs, unnest(ids) as id
    where job_id = :job_id and (cast(:after as uuid) is null or id > cast(:after as uuid))
    order by place limit :limit
    """
)
_BEGIN = sa.text("update bulk_jobs set state = 'PREPARING' where job_id = :job_id and state = 'SCHEDULED'")
_RUN = sa.text("update bulk_jobs set state = 'RUNNING' where job_id = :job_id and state = 'PREPARING' and listed")
_FINISH = sa.text(
    """
    update bulk_jobs
    set state = case state when 'RUNNING' then 'FINISHED' when 'UNDOING' then 'UNDONE' else state end,
        finished_at = :now, moved_at = :now
    where job_id = :job_id and finished_at is null and state in ('RUNNING', 'UNDOING', 'CANCELLED')
    """
)
_CANCEL = sa.text(
    """
    update bulk_jobs set state = 'CANCELLED'
    where job_id = :job_id and state in ('SCHEDULED', 'PREPARING', 'RUNNING')
    """
)
_UNDO = sa.text(
    """
    update bulk_jobs set state = 'UNDOING', undo_by = :by, undo_reason = :reason, finished_at = null, moved_at = :now
    where job_id = :job_id and finished_at is not null and undo_by is null
    """
)
_STARTED = sa.text("update bulk_jobs set started_state = :phase, moved_at = :now where job_id = :job_id")
_STAND_BY = sa.text(
    """
    update follow_ups f set overruled_advisor_id = nullif(c.advisor_id, n.advisor_id)
    from unnest(cast(:ids as uuid[]), cast(:advisors as uuid[])) as n(id, advisor_id), clients c
    where f.follow_up_id = n.id and c.client_id = f.client_id
    """
)
_COLUMNS = [column for column in bulk_jobs.c if column.name not in {"ids", "moved_at", "started_state"}]
_JOB = sa.select(*_COLUMNS, bulk_jobs.c.ids.is_not(None).label("by_ids"))


class PostgresJobs:
    """Jobs and their items, one transaction per call unless a port says otherwise."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._plans = Plans()

    async def add(self, job: Job) -> Job:
        """See the port."""
        order = job.order
        ids = order.choice.ids
        parameters = {
            "job_id": job.job_id,
            "kind": order.kind,
            "choice": _CHOICE.dump_json(order.choice, exclude={"ids"}).decode(),
            "ids": None if ids is None else list(ids),
            "terms": _TERMS.dump_json(order.terms).decode(),
            "note": order.note,
            "begin_on": order.begin_on,
            "asker_id": job.asker_id,
            "content": job.content,
            "asked_at": job.asked_at,
            "campaign_id": job.campaign_id,
            "version": job.version,
            "state": job.state,
        }
        async with self._database.transaction() as conn:
            await conn.execute(_ADD, parameters)
            held = (await conn.execute(_JOB.where(bulk_jobs.c.job_id == job.job_id))).mappings().one()
        return _job(held)

    async def find(self, job_id: str) -> Job | None:
        """See the port."""
        return await self._one(bulk_jobs.c.job_id == job_id)

    async def seen(self, reader: Principal, job_id: str) -> Job | None:
        """See the port."""
        return await self._one(bulk_jobs.c.job_id == job_id, sees_job(reader))

    async def page(self, reader: Principal, *, after: tuple[datetime, str] | None, limit: int) -> Sequence[Job]:
        """See the port."""
        place = sa.tuple_(bulk_jobs.c.asked_at, bulk_jobs.c.job_id)
        query = _JOB.where(sees_job(reader)).order_by(bulk_jobs.c.asked_at.desc(), bulk_jobs.c.job_id.desc())
        if after is not None:
            query = query.where(place < sa.tuple_(sa.literal(after[0]), sa.cast(after[1], bulk_jobs.c.job_id.type)))
        async with self._database.reading() as conn:
            return [_job(row) for row in (await conn.execute(query.limit(limit))).mappings()]

    async def count_chosen(self, principal: Principal, choice: Choice, today: date) -> int:
        """See the port."""
        async with self._database.reading() as conn:
            return await candidates.count(conn, principal, choice, today)

    async def candidates(
        self, principal: Principal | None, choice: Choice, today: date, *, after: str | None, limit: int
    ) -> Sequence[Candidate]:
        """See the port."""
        async with self._database.reading() as conn:
            return await candidates.candidates(conn, self._plans, principal, choice, today, after=after, limit=limit)

    async def chosen_ids(self, job_id: str, *, after: str | None, limit: int) -> Sequence[str]:
        """See the port."""
        async with self._database.reading() as conn:
            return (await conn.execute(_IDS, {"job_id": job_id, "after": after, "limit": limit})).scalars().all()

    async def begin(self, job_id: str) -> None:
        """See the port."""
        await self._change(_BEGIN, job_id=job_id)

    async def list_more(self, job_id: str, cursor: str | None, items: Sequence[Item], *, to: str | None) -> None:
        """See the port."""
        async with self._database.transaction() as conn:
            await job_items.list_more(conn, job_id, cursor, items, to=to, now=self._clock.now())

    async def unfixed(self, job_id: str) -> Sequence[Item]:
        """See the port."""
        async with self._database.reading() as conn:
            return await job_items.open_items(conn, job_id, undo=False, limit=None)

    async def fix(self, job_id: str, items: Sequence[Item]) -> None:
        """See the port. A transaction per piece: who dies in between has it fixed again, alike."""
        for piece in job_items.in_chunks(items):
            async with self._database.transaction() as conn:
                await job_items.fix(conn, job_id, piece, self._clock.now())

    async def run(self, job_id: str) -> None:
        """See the port."""
        await self._change(_RUN, job_id=job_id)

    async def open_items(self, job_id: str, *, undo: bool, limit: int) -> Sequence[Item]:
        """See the port."""
        async with self._database.reading() as conn:
            return await job_items.open_items(conn, job_id, undo=undo, limit=limit)

    async def stand_by(self, moves: Sequence[tuple[str, str]]) -> None:
        """See the port."""
        await self._change(_STAND_BY, ids=[one for one, _ in moves], advisors=[advisor for _, advisor in moves])

    async def settle(self, job_id: str, settled: Sequence[Settled], *, undo: bool) -> int:
        """See the port."""
        if not settled:
            return 0
        async with self._database.transaction() as conn:
            return await job_items.settle(conn, job_id, settled, undo=undo, now=self._clock.now())

    async def finish(self, job_id: str) -> None:
        """See the port."""
        await self._change(_FINISH, job_id=job_id, now=self._clock.now())

    async def cancel(self, job_id: str) -> bool:
        """See the port."""
        return await self._change(_CANCEL, job_id=job_id)

    async def undo(self, job_id: str, by: str, reason: str) -> bool:
        """See the port."""
        return await self._change(_UNDO, job_id=job_id, by=by, reason=reason, now=self._clock.now())

    async def shown_items(
        self, reader: Principal, job_id: str, *, after: str | None, limit: int, outcome: ItemOutcome | None = None
    ) -> Sequence[ShownItem]:
        """See the port."""
        async with self._database.reading() as conn:
            return await job_items.shown(conn, reader, job_id, after=after, limit=limit, outcome=outcome)

    async def to_start(self, limit: int, today: date) -> Sequence[Job]:
        """See the port."""
        table = bulk_jobs.c
        phase = sa.case((table.state == JobState.UNDOING, "undo"), else_="run")
        quiet = sa.and_(
            table.moved_at < self._clock.now() - _QUIET,
            sa.or_(table.state != JobState.SCHEDULED, table.begin_on <= today),
        )
        due = sa.or_(table.started_state.is_distinct_from(phase), quiet)
        query = _JOB.where(table.finished_at.is_(None), due).order_by(table.moved_at).limit(limit)
        async with self._database.reading() as conn:
            return [_job(row) for row in (await conn.execute(query)).mappings()]

    async def started(self, job_id: str, *, undo: bool) -> None:
        """See the port."""
        await self._change(_STARTED, job_id=job_id, phase="undo" if undo else "run", now=self._clock.now())

    async def _one(self, *conditions: ColumnElement[bool]) -> Job | None:
        async with self._database.reading() as conn:
            row = (await conn.execute(_JOB.where(*conditions))).mappings().one_or_none()
        return None if row is None else _job(row)

    async def _change(self, statement: sa.TextClause, **parameters: Any) -> bool:
        async with self._database.transaction() as conn:
            return bool((await conn.execute(statement, parameters)).rowcount)


def _job(row: Any) -> Job:
    order = JobOrder(
        kind=JobKind(row["kind"]),
        choice=_CHOICE.validate_python(row["choice"]),
        terms=_TERMS.validate_python(row["terms"]),
        note=row["note"],
        begin_on=row["begin_on"],
    )
    counts = ("chosen", "done", "refused", "cancelled", "undone", "not_undone", "recorded")
    same = ("job_id", "asker_id", "content", "asked_at", "by_ids", "cursor", "listed", "campaign_id", "version")
    return Job(
        order=order,
        state=JobState(row["state"]),
        finished_at=row["finished_at"],
        over=row["finished_at"] is not None,
        undo_by=row["undo_by"],
        undo_reason=row["undo_reason"],
        **{name: row[name] for name in (*same, *counts)},
    )
