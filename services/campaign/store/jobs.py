"""Jobs and their chunks, skips and counts in PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, Text, cast, func, insert, literal, null, select, text, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.ports import Job, JobKind, JobsWanted, Skipped, TargetItem
from services.campaign.store.reach import in_reach
from services.campaign.store.rows import items_json, principal_json, principal_of
from services.campaign.tables import clients, targeted_clients, targeting_chunks, targeting_jobs, targeting_skips

CHUNK = 500
_ADD = text(
    "insert into targeting_jobs (job_id, campaign_id, kind, content, total, skipped, asker, asked_at)"
    " values (cast(:id as uuid), cast(:campaign as uuid), :kind, :content, :total, :skipped, cast(:asker as jsonb),"
    " :asked_at)"
    " on conflict do nothing returning job_id"
)
# A row each, in one pipeline: one array of them all, megabytes of quotes to escape, takes ten times as long.
_ADD_CHUNK = text(
    "insert into targeting_chunks (job_id, chunk, targets, attempt_at)"
    " values (cast(:id as uuid), :chunk, cast(:targets as jsonb), :asked_at)"
)
_COUNT_COPIED = text(
    "update targeting_jobs set total = (select coalesce(sum(jsonb_array_length(targets)), 0) from targeting_chunks"
    " where job_id = cast(:id as uuid)) where job_id = cast(:id as uuid)"
)

_CANCEL = text(
    "update targeting_jobs set cancelled_at = :now where job_id = cast(:job as uuid) and cancelled_at is null"
    " and accepted + skipped < total"
)
_HURRY = text(
    "update targeting_chunks set attempt_at = :now where attempt_at > :now and (job_id, chunk) in"
    " (select job_id, chunk from targeting_chunks where job_id = cast(:job as uuid) for update skip locked)"
)
_SKIP = text(
    "insert into targeting_skips (job_id, position, client, reason, detail)"
    " select cast(:job as uuid), position, client, reason, detail"
    " from unnest(cast(:position as int[]), cast(:client as text[]), cast(:reason as text[]), cast(:detail as text[]))"
    " as given (position, client, reason, detail) on conflict do nothing"
)


async def add(connection: AsyncConnection, job: Job, items: Sequence[TargetItem], skipped: Sequence[Skipped]) -> Job:
    """Keep a job with its items and what is skipped from the beginning; answers the one held when its id is known."""
    if await add_empty(connection, job):
        await keep_skips(connection, job.job_id, skipped)
        chunks = [
            {"id": job.job_id, "chunk": number, "targets": items_json(chunk), "asked_at": job.asked_at}
            for number, chunk in enumerate(_in_chunks(items), start=1)
        ]
        if chunks:
            await connection.execute(_ADD_CHUNK, chunks)
    return await held(connection, job)


async def copy(connection: AsyncConnection, source_id: str, job: Job) -> Job:
    """Keep a job that targets the clients of another campaign within the asker's reach, by default entry dates."""
    if await add_empty(connection, job):
        copied = insert(targeting_chunks).from_select(
            ["job_id", "chunk", "targets", "attempt_at"], _chunks_of(source_id, job)
        )
        await connection.execute(copied)
        await connection.execute(_COUNT_COPIED, {"id": job.job_id})
    return await held(connection, job)


async def find(connection: AsyncConnection, campaign_id: str, job_id: str) -> Job | None:
    """A job of that campaign."""
    found = await connection.execute(
        select(targeting_jobs).where(targeting_jobs.c.job_id == job_id, targeting_jobs.c.campaign_id == campaign_id)
    )
    row = found.one_or_none()
    return None if row is None else job_of(row)


async def page(connection: AsyncConnection, wanted: JobsWanted) -> list[Job]:
    """Jobs, the latest first."""
    columns = targeting_jobs.c
    jobs = select(targeting_jobs).order_by(columns.asked_at.desc(), columns.job_id.desc()).limit(wanted.limit)
    if wanted.campaign_id is not None:
        jobs = jobs.where(columns.campaign_id == wanted.campaign_id)
    if wanted.asker_id is not None:
        jobs = jobs.where(columns.asker.op("->>")("user_id") == wanted.asker_id)
    if wanted.before is not None:
        jobs = jobs.where(tuple_(columns.asked_at, columns.job_id) < wanted.before)
    return [job_of(row) for row in await connection.execute(jobs)]


async def cancel(connection: AsyncConnection, job_id: str, now: datetime) -> None:
    """Let what is left of the job be skipped, at once where a chunk waits for another try."""
    await connection.execute(_CANCEL, {"job": job_id, "now": now})
    await connection.execute(_HURRY, {"job": job_id, "now": now})


async def keep_skips(connection: AsyncConnection, job_id: str, skipped: Sequence[Skipped]) -> None:
    """Note items that had no effect."""
    if skipped:
        rows = {name: [getattr(one, name) for one in skipped] for name in ("position", "client", "reason", "detail")}
        await connection.execute(_SKIP, {"job": job_id, **rows})


async def skips(connection: AsyncConnection, job_id: str, *, after: int, limit: int) -> list[Skipped]:
    """The items that had no effect, in their order in the call."""
    found = await connection.execute(
        select(targeting_skips.c.position, targeting_skips.c.client, targeting_skips.c.reason, targeting_skips.c.detail)
        .where(targeting_skips.c.job_id == job_id, targeting_skips.c.position > after)
        .order_by(targeting_skips.c.position)
        .limit(limit)
    )
    return [Skipped(row.position, row.client, row.reason, row.detail) for row in found]


async def skip_reasons(connection: AsyncConnection, job_id: str) -> Mapping[str, int]:
    """How many items were skipped for which reason."""
    found = await connection.execute(
        select(targeting_skips.c.reason, func.count().label("items"))
        .where(targeting_skips.c.job_id == job_id)
        .group_by(targeting_skips.c.reason)
    )
    return {row.reason: row.items for row in found}


def job_of(row: Any) -> Job:
    """The job of a row of `targeting_jobs`."""
    return Job(
        job_id=row.job_id,
        campaign_id=row.campaign_id,
        kind=JobKind(row.kind),
        content=row.content,
        total=row.total,
        asker=principal_of(row.asker),
        asked_at=row.asked_at,
        batches=row.batches,
        accepted=row.accepted,
        skipped=row.skipped,
        cancelled_at=row.cancelled_at,
    )


async def add_empty(connection: AsyncConnection, job: Job) -> bool:
    """Keep a job without items; False when its id is known."""
    added = await connection.execute(
        _ADD,
        {
            "id": job.job_id,
            "campaign": job.campaign_id,
            "kind": job.kind.value,
            "content": job.content,
            "total": job.total,
            "skipped": job.skipped,
            "asker": principal_json(job.asker),
            "asked_at": job.asked_at,
        },
    )
    return added.one_or_none() is not None


async def held(connection: AsyncConnection, job: Job) -> Job:
    """The job as it is kept."""
    found = await connection.execute(select(targeting_jobs).where(targeting_jobs.c.job_id == job.job_id))
    return job_of(found.one())


def _chunks_of(source_id: str, job: Job) -> Select[Any]:
    """What the job has to do, in rows of `targeting_chunks`."""
    number = (func.row_number().over(order_by=targeted_clients.c.client_id)).label("position")
    target = (
        select(targeted_clients.c.client_id, targeted_clients.c.potential, number)
        .join(clients, clients.c.client_id == targeted_clients.c.client_id)
        .where(
            targeted_clients.c.campaign_id == source_id,
            targeted_clients.c.closing.is_distinct_from("WITHDRAWN"),
            in_reach(job.asker, clients.c.advisor_id),
        )
        .subquery()
    )
    item = func.jsonb_build_array(target.c.position, target.c.client_id, null(), cast(target.c.potential, Text), null())
    chunk = cast((target.c.position - 1).op("/")(CHUNK) + 1, Integer)
    return select(
        literal(job.job_id, targeting_chunks.c.job_id.type),
        chunk,
        func.jsonb_agg(aggregate_order_by(item, target.c.position)),
        literal(job.asked_at),
    ).group_by(chunk)


def _in_chunks(items: Sequence[TargetItem]) -> Iterator[Sequence[TargetItem]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
