"""One chunk of a targeting job taking effect, in one transaction of some tens of milliseconds."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Integer, column, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.ports import Campaign, Chunk, Entering, Found, Job, Skipped, TargetItem
from services.campaign.store.campaigns import present
from services.campaign.store.jobs import job_of
from services.campaign.store.reach import in_reach
from services.campaign.store.rows import items_json
from services.campaign.tables import clients, targeting_chunks, targeting_jobs
from shared.contracts.wire import Event
from shared.rulebook.access import Principal
from shared.runtime.outbox import enqueue

_ENTER = text(
    "insert into targeted_clients (campaign_id, client_id, potential, initial_potential, entry_date, advisor_id,"
    " job_id, targeted_by, targeted_at)"
    " select cast(:campaign as uuid), client_id, potential, potential, entry_date, advisor_id,"
    " cast(:job as uuid), :by, :now"
    " from unnest(cast(:clients as uuid[]), cast(:advisors as uuid[]), cast(:potentials as numeric[]),"
    " cast(:dates as date[])) as given (client_id, advisor_id, potential, entry_date)"
    " order by client_id"  # one order for all, so that two jobs on one campaign never wait in a circle
    " on conflict do nothing returning client_id::text"
)
_SKIP = text(
    "insert into targeting_skips (job_id, position, client, reason)"
    " select cast(:job as uuid), position, client, reason"
    " from unnest(cast(:positions as int[]), cast(:clients as text[]), cast(:reasons as text[]))"
    " as given (position, client, reason) on conflict do nothing"
)
_COUNT = text(
    "update targeting_jobs set targeted = targeted + :targeted, skipped = skipped + :skipped,"
    " batches = batches + least(:targeted, 1) where job_id = cast(:job as uuid)"
)
_DROP = text("delete from targeting_chunks where job_id = cast(:job as uuid) and chunk = :chunk")
_LEAVE = text(
    "update targeting_chunks set targets = cast(:items as jsonb), attempt_at = :again_at"
    " where job_id = cast(:job as uuid) and chunk = :chunk"
)
_LOCK_JOB = text("select 1 from targeting_jobs where job_id = cast(:job as uuid) for update")


class PostgresWorking:
    """One transaction in which one chunk of a targeting job has its effect."""

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
        return Chunk(job=job_of(job.one()), number=row.chunk, items=tuple(map(_item_of, row.targets)))

    async def campaign(self, campaign_id: str) -> Campaign:
        """The campaign, kept from being changed until the transaction ends."""
        found = await present(self._connection, campaign_id, lock="share")
        if found is None:
            raise LookupError(campaign_id)
        return found

    async def find(self, items: Sequence[TargetItem], asker: Principal) -> Mapping[int, Found]:
        """The clients that items name, by position; unknown ones are absent."""
        named = [
            *await self._named(items, asker, by="client_id"),
            *await self._named(items, asker, by="client"),
        ]
        return dict(named)

    async def enter(self, job: Job, entering: Sequence[Entering], now: datetime) -> set[str]:
        """Put clients into the campaign; answers the ids of those that were not in it."""
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

    async def finish(
        self, chunk: Chunk, *, targeted: int, skipped: Sequence[Skipped], left: Sequence[TargetItem], again_at: datetime
    ) -> None:
        """Count the chunk's outcome into its job; what is left is tried again at `again_at`."""
        job = chunk.job.job_id
        if skipped:
            await self._connection.execute(
                _SKIP,
                {
                    "job": job,
                    "positions": [one.position for one in skipped],
                    "clients": [one.client for one in skipped],
                    "reasons": [one.reason.value for one in skipped],
                },
            )
        await self._connection.execute(_COUNT, {"job": job, "targeted": targeted, "skipped": len(skipped)})
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
                in_reach(asker, clients.c.advisor_id).label("within"),
            )
            .join_from(given, clients, key == given.c.name)
            .where(~clients.c.erased)
        )
        return [(row.position, Found(row.client_id, row.advisor_id, row.within)) for row in found]


def _item_of(kept: Sequence[object]) -> TargetItem:
    position, client_id, client, potential, entry_date = kept
    return TargetItem(
        position=int(str(position)),
        client_id=None if client_id is None else str(client_id),
        client=None if client is None else str(client),
        potential=Decimal(str(potential)),
        entry_date=None if entry_date is None else date.fromisoformat(str(entry_date)),
    )
