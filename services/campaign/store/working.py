"""One chunk of a job taking effect, in one transaction of some tens of milliseconds."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Integer, any_, column, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.ports import Campaign, Chunk, Entering, Found, Job, Skipped, Standing, TargetItem
from services.campaign.store.campaigns import present
from services.campaign.store.jobs import job_of, keep_skips
from services.campaign.store.reach import in_reach
from services.campaign.store.rights import target_of
from services.campaign.store.rows import item_of, items_json
from services.campaign.tables import clients, targeted_clients, targeting_chunks, targeting_jobs
from shared.contracts.wire import Event
from shared.rulebook.access import Principal, Target
from shared.rulebook.follow_up import Closing
from shared.runtime.outbox import enqueue

_ID = targeted_clients.c.client_id.type

_ENTER = text(
    "insert into targeted_clients (campaign_id, client_id, potential, initial_potential, entry_date, advisor_id,"
    " job_id, targeted_by, targeted_at)"
    " select cast(:campaign as uuid), client_id, potential, potential, entry_date, advisor_id,"
    " cast(:job as uuid), :by, :now"
    " from unnest(cast(:clients as uuid[]), cast(:advisors as uuid[]), cast(:potentials as numeric[]),"
    " cast(:dates as date[])) as given (client_id, advisor_id, potential, entry_date)"
    " order by client_id"  # one order for all, so that two jobs on one campaign never wait in a circle
    # A withdrawn client comes back; what was the initial potential stays it (ADR 0013).
    " on conflict (campaign_id, client_id) do update set potential = excluded.potential,"
    " entry_date = excluded.entry_date, advisor_id = excluded.advisor_id, job_id = excluded.job_id,"
    " targeted_by = excluded.targeted_by, targeted_at = excluded.targeted_at, closing = null"
    " where targeted_clients.closing = 'WITHDRAWN' returning client_id::text"
)
_WITHDRAW = text(
    "update targeted_clients set closing = 'WITHDRAWN'"
    " where campaign_id = cast(:campaign as uuid) and client_id = any(cast(:clients as uuid[]))"
)
_COUNT = text(
    "update targeting_jobs set accepted = accepted + :accepted, skipped = skipped + :skipped,"
    " batches = batches + least(:accepted, 1) where job_id = cast(:job as uuid)"
)
_DROP = text("delete from targeting_chunks where job_id = cast(:job as uuid) and chunk = :chunk")
_LEAVE = text(
    "update targeting_chunks set targets = cast(:items as jsonb), attempt_at = :again_at"
    " where job_id = cast(:job as uuid) and chunk = :chunk"
)
_LOCK_JOB = text("select 1 from targeting_jobs where job_id = cast(:job as uuid) for update")


class PostgresWorking:
    """One transaction in which one chunk of a job has its effect."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def chunk(self, now: datetime) -> Chunk | None:
        """The next chunk that is due and that nobody else works on."""
        due = await self._connection.execute(
            select(targeting_chunks.c.job_id, targeting_chunks.c.chunk, targeting_chunks.c.targets)
            .where(targeting_chunks.c.attempt_at <= now)
            .order_by(targeting_chunks.c.attempt_at, targeting_chunks.c.job_id, targeting_chunks.c.chunk)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = due.one_or_none()
        if row is None:
            return None
        # Batches of one job are numbered, so that its chunks take effect one after another.
        await self._connection.execute(_LOCK_JOB, {"job": row.job_id})
        job = await self._connection.execute(select(targeting_jobs).where(targeting_jobs.c.job_id == row.job_id))
        return Chunk(job=job_of(job.one()), number=row.chunk, items=tuple(map(item_of, row.targets)))

    async def campaign(self, campaign_id: str) -> Campaign:
        """The campaign, kept from being changed until the transaction ends."""
        found = await present(self._connection, campaign_id, lock="share")
        if found is None:
            raise LookupError(campaign_id)
        return found

    async def target(self, campaign: Campaign, reader: Principal) -> Target:
        """What the rights of `reader` on that campaign are decided by."""
        return await target_of(self._connection, campaign, reader)

    async def find(self, items: Sequence[TargetItem], asker: Principal) -> Mapping[int, Found]:
        """The clients that items name, by position; unknown ones are absent, and so are those out of reach."""
        named = [
            *await self._named(items, asker, by="client_id"),
            *await self._named(items, asker, by="client"),
        ]
        return dict(named)

    async def standing(self, campaign_id: str, client_ids: Collection[str]) -> Mapping[str, Standing]:
        """How those of the clients stand who are or were in the campaign, kept so until the transaction ends."""
        rows = targeted_clients.c
        found = await self._connection.execute(
            select(rows.client_id, rows.closing, rows.entry_date)
            .where(rows.campaign_id == campaign_id, rows.client_id == any_(literal(list(client_ids), ARRAY(_ID))))
            .order_by(rows.client_id)
            .with_for_update()
        )
        return {
            row.client_id: Standing(None if row.closing is None else Closing(row.closing), row.entry_date)
            for row in found
        }

    async def enter(self, job: Job, entering: Sequence[Entering], now: datetime) -> set[str]:
        """Put clients into the campaign, withdrawn ones again; answers the ids of those that were not in it."""
        entered = await self._connection.execute(
            _ENTER,
            {
                "campaign": job.campaign_id,
                "job": job.job_id,
                "by": job.asker.user_id,
                "now": now,
                "clients": [client.client_id for client in entering],
                "advisors": [client.advisor_id for client in entering],
                "potentials": [client.potential for client in entering],
                "dates": [client.entry_date for client in entering],
            },
        )
        return set(entered.scalars())

    async def withdraw(self, campaign_id: str, client_ids: Collection[str]) -> None:
        """Let the clients leave; their follow-ups tell what became of it."""
        await self._connection.execute(_WITHDRAW, {"campaign": campaign_id, "clients": list(client_ids)})

    async def finish(
        self, chunk: Chunk, *, accepted: int, skipped: Sequence[Skipped], left: Sequence[TargetItem], again_at: datetime
    ) -> None:
        """Count the chunk's outcome into its job; what is left is tried again at `again_at`."""
        job = chunk.job.job_id
        await keep_skips(self._connection, job, skipped)
        await self._connection.execute(_COUNT, {"job": job, "accepted": accepted, "skipped": len(skipped)})
        if left:
            again = {"items": items_json(left), "again_at": again_at}
            await self._connection.execute(_LEAVE, {"job": job, "chunk": chunk.number, **again})
        else:
            await self._connection.execute(_DROP, {"job": job, "chunk": chunk.number})

    async def publish(self, events: Sequence[Event]) -> None:
        """Let the events leave once this transaction is committed, and only then."""
        await enqueue(self._connection, events, source="campaign")

    async def _named(self, items: Sequence[TargetItem], asker: Principal, *, by: str) -> list[tuple[int, Found]]:
        names = {item.position: getattr(item, by) for item in items if getattr(item, by) is not None}
        if not names:
            return []
        key = clients.c.client_id if by == "client_id" else clients.c.external_id
        given = (
            func.unnest(literal(list(names), ARRAY(Integer)), literal(list(names.values()), ARRAY(key.type)))
            .table_valued(column("position", Integer), column("name", key.type), name="given")
            .render_derived()
        )
        found = await self._connection.execute(
            select(
                given.c.position,
                clients.c.client_id,
                clients.c.advisor_id,
                clients.c.active,
            )
            .join_from(given, clients, key == given.c.name)
            .where(~clients.c.erased, in_reach(asker, clients.c.advisor_id))
        )
        return [(row.position, Found(row.client_id, row.advisor_id, active=row.active)) for row in found]
