"""Jobs whose clients a query finds: a row with a cursor, moved in the transaction that takes a page into the job."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.ports import Job, TargetItem
from services.campaign.ports.pulling import Page, Pull, Wish
from services.campaign.store import jobs
from services.campaign.store.rows import item_of, items_json
from services.campaign.tables import targeting_jobs
from shared.contracts.filters import filter_of, json_of
from shared.runtime.database import Database

LEASE = timedelta(seconds=5)
"""How long a page may take before another asks for it too; only one of them is taken."""
_ADD = text(
    "insert into targeting_pulls (job_id, wish, attempt_at)"
    " values (cast(:id as uuid), cast(:wish as jsonb), :now) on conflict do nothing"
)
_DUE = text(
    "update targeting_pulls set attempt_at = :leased where job_id ="
    " (select job_id from targeting_pulls where attempt_at <= :now order by attempt_at, job_id limit 1"
    " for update skip locked) returning job_id, wish, after, pages, pulled"
)
_MOVE = text(
    "update targeting_pulls set after = :last, pages = pages + 1, pulled = pulled + :items,"
    " attempt_at = :now where job_id = cast(:id as uuid) and pages = :pages returning 1"
)
_CHUNK = text(
    "insert into targeting_chunks (job_id, chunk, targets, attempt_at)"
    " values (cast(:id as uuid), :chunk, cast(:items as jsonb),"
    " case when cast(:held as boolean) then 'infinity' else cast(:now as timestamptz) end)"
)
_HELD = text(
    "select chunk, targets from targeting_chunks where job_id = cast(:id as uuid) and attempt_at = 'infinity'"
    " order by chunk"
).columns(targets=JSONB)
_DATES = text(
    "update targeting_chunks set targets = cast(:items as jsonb)"
    " where job_id = cast(:id as uuid) and chunk = :chunk and attempt_at = 'infinity'"
)
_RELEASE = text(
    "update targeting_chunks set attempt_at = :now where job_id = cast(:id as uuid) and attempt_at = 'infinity'"
)
_MORE = text("update targeting_jobs set total = greatest(total, :pulled + 1) where job_id = cast(:id as uuid)")
_LAST = text(
    "update targeting_jobs set total = :pulled + :skipped, skipped = skipped + :skipped"
    " where job_id = cast(:id as uuid)"
)
_END = text("delete from targeting_pulls where job_id = cast(:id as uuid)")
_PUT_OFF = text("update targeting_pulls set attempt_at = :until where job_id = cast(:id as uuid) and pages = :pages")


class PostgresPulls:
    """See `ports.pulling.Pulls`; `background` is the role of the loop that pulls."""

    def __init__(self, database: Database, background: Database) -> None:
        self._database = database
        self._background = background

    async def add(self, pull: Pull, now: datetime) -> Job:
        """Keep the job and its pull; answers the job held when its id is known."""
        async with self._database.transaction() as connection:
            new = await jobs.add_empty(connection, pull.job)
            if new:
                values = {"id": pull.job.job_id, "wish": json.dumps(_wish_json(pull.wish)), "now": now}
                await connection.execute(_ADD, values)
            return await jobs.held(connection, pull.job)

    async def due(self, now: datetime) -> Pull | None:
        """The next to be gone on with, left alone by others for a while."""
        async with self._background.transaction() as connection:
            row = (await connection.execute(_DUE, {"now": now, "leased": now + LEASE})).one_or_none()
            if row is None:
                return None
            job = await connection.execute(select(targeting_jobs).where(targeting_jobs.c.job_id == str(row.job_id)))
            return Pull(
                job=jobs.job_of(job.one()),
                wish=_wish_of(row.wish),
                after=row.after,
                pages=row.pages,
                pulled=row.pulled,
            )

    async def keep(self, pull: Pull, page: Page, now: datetime) -> bool:
        """Take the page into the job, unless another took it meanwhile."""
        job_id = pull.job.job_id
        moved = {"id": job_id, "last": page.last, "items": len(page.items)}
        async with self._background.transaction() as connection:
            took = await connection.execute(_MOVE, moved | {"pages": pull.pages, "now": now})
            if took.one_or_none() is None:
                return False
            if page.items:
                chunk = {"id": job_id, "chunk": pull.pages + 1, "items": items_json(page.items), "now": now}
                await connection.execute(_CHUNK, chunk | {"held": bool(pull.wish.days)})
            await _count(connection, pull, page)
        return True

    async def held_back(self, pull: Pull) -> Mapping[int, Sequence[TargetItem]]:
        """See the port. Read off the loop: 100,000 items take long enough to keep others waiting."""
        async with self._background.transaction() as connection:
            rows = (await connection.execute(_HELD, {"id": pull.job.job_id})).all()
        return await asyncio.to_thread(lambda: {row.chunk: list(map(item_of, row.targets)) for row in rows})

    async def keep_dates(self, pull: Pull, chunk: int, items: Sequence[TargetItem]) -> None:
        """See the port."""
        dated = {"id": pull.job.job_id, "chunk": chunk, "items": items_json(items)}
        async with self._background.transaction() as connection:
            await connection.execute(_DATES, dated)

    async def release(self, pull: Pull, now: datetime) -> None:
        """See the port."""
        async with self._background.transaction() as connection:
            await connection.execute(_RELEASE, {"id": pull.job.job_id, "now": now})
            await connection.execute(_END, {"id": pull.job.job_id})

    async def put_off(self, pull: Pull, until: datetime) -> None:
        """Try again later."""
        async with self._background.transaction() as connection:
            await connection.execute(_PUT_OFF, {"id": pull.job.job_id, "pages": pull.pages, "until": until})


async def _count(connection: AsyncConnection, pull: Pull, page: Page) -> None:
    """A job counts one more than it has as long as it pulls, so that it is not worked off before the last page."""
    counts = {"id": pull.job.job_id, "pulled": pull.pulled + len(page.items)}
    if page.last is not None:
        await connection.execute(_MORE, counts)
        return
    await jobs.keep_skips(connection, pull.job.job_id, page.skipped)
    await connection.execute(_LAST, counts | {"skipped": len(page.skipped)})
    if not pull.wish.days:
        await connection.execute(_END, {"id": pull.job.job_id})


def _wish_json(wish: Wish) -> dict[str, Any]:
    return {
        "filter": json_of(wish.filter),
        "amount": str(wish.amount),
        "attribute": wish.attribute,
        "percent": str(wish.percent),
        "entry_date": None if wish.entry_date is None else wish.entry_date.isoformat(),
        "days": [day.isoformat() for day in wish.days],
    }


def _wish_of(kept: Mapping[str, Any]) -> Wish:
    return Wish(
        filter=filter_of(kept["filter"]),
        amount=Decimal(kept["amount"]),
        attribute=kept["attribute"],
        percent=Decimal(kept["percent"]),
        entry_date=None if kept["entry_date"] is None else date.fromisoformat(kept["entry_date"]),
        days=tuple(map(date.fromisoformat, kept["days"])),
    )
