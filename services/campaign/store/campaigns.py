"""Campaigns, their versions, allocations and moments in PostgreSQL, within one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.ports import Campaign, Job, Skipped, TargetItem
from services.campaign.store import jobs
from services.campaign.store.listing import own_order
from services.campaign.store.rows import allocation_json, campaign_of
from services.campaign.tables import allocations, campaign_versions, campaigns, list_orders
from shared.contracts.campaign import MomentKind
from shared.contracts.wire import Event
from shared.rulebook.access import Principal
from shared.rulebook.errors import Invalid
from shared.runtime.documents import Documents
from shared.runtime.outbox import enqueue

_PRESENT = select(campaigns.c.content, campaign_versions.c.definition, campaign_versions.c.allocation).join(
    campaign_versions,
    (campaign_versions.c.campaign_id == campaigns.c.campaign_id) & (campaign_versions.c.version == campaigns.c.version),
)
_CREATE = text(
    "insert into campaigns (campaign_id, key, content, name, owner_id, creator_id, target, start_date, end_date,"
    " archived, deleted, version, created_at)"
    " values (cast(:id as uuid), :key, :content, :name, cast(:owner as uuid), :creator, :target, :start, :end,"
    " :archived, :deleted, :version, :created_at) on conflict do nothing returning number"
)
_CHANGE = text(
    "update campaigns set name = :name, owner_id = cast(:owner as uuid), target = :target, start_date = :start,"
    " end_date = :end, archived = :archived, deleted = :deleted, version = :version"
    " where campaign_id = cast(:id as uuid)"
)
_KEEP_VERSION = text(
    "insert into campaign_versions (campaign_id, version, definition, allocation, saved_by, saved_at)"
    " values (cast(:id as uuid), :version, cast(:definition as jsonb), cast(:allocation as jsonb),"
    " :saved_by, :saved_at)"
)
_KEEP_ALLOCATION = text(
    "insert into allocations (campaign_id, row_number, advisor_id, amount, percent)"
    " select cast(:id as uuid), row_number, cast(row ->> 'advisor_id' as uuid),"
    " cast(row ->> 'amount' as numeric), cast(row ->> 'percent' as numeric)"
    " from jsonb_array_elements(cast(:allocation as jsonb)) with ordinality as given (row, row_number)"
)
_SET_ORDER = text(
    "insert into list_orders (user_id, campaign_id, rank)"
    " select :user, campaign_id, rank from unnest(cast(:ids as uuid[])) with ordinality as given (campaign_id, rank)"
    " join campaigns using (campaign_id)"
)
_LOCK_ORDER = text("select pg_advisory_xact_lock(hashtext('list order'), hashtext(:user))")
_MOMENT = text(
    "insert into moments (campaign_id, kind, reached_on, recorded_at)"
    " values (cast(:id as uuid), :kind, :on, :now) on conflict do nothing returning kind"
)


async def present(connection: AsyncConnection, campaign_id: str, *, lock: str | None = None) -> Campaign | None:
    """The campaign in its present version; with `lock` "update" or "share", kept so until the transaction ends."""
    if lock is not None:
        # Locked first: a joined row locked in one statement would still show the version that was present before.
        await connection.execute(_LOCKS[lock], {"id": campaign_id})
    found = await connection.execute(_PRESENT.where(campaigns.c.campaign_id == campaign_id))
    row = found.one_or_none()
    return None if row is None else campaign_of(row)


_LOCKS = {
    "update": text("select 1 from campaigns where campaign_id = cast(:id as uuid) for update"),
    "share": text("select 1 from campaigns where campaign_id = cast(:id as uuid) for share"),
}


class PostgresChanging:
    """One transaction on campaigns."""

    def __init__(self, connection: AsyncConnection, documents: Documents) -> None:
        self._connection = connection
        self._documents = documents

    async def campaign(self, campaign_id: str) -> Campaign | None:
        """The campaign, locked until the transaction ends; deleted ones too."""
        return await present(self._connection, campaign_id, lock="update")

    async def create(self, campaign: Campaign) -> bool:
        """Write a new campaign and its first version; False, and nothing written, when its key is taken."""
        definition = campaign.definition
        new = {
            "key": definition.campaign_key,
            "content": campaign.content,
            "creator": definition.creator_id,
            "created_at": definition.created_at,
        }
        created = await self._connection.execute(_CREATE, {**_columns(campaign), **new})
        if created.one_or_none() is None:
            return False
        await self._keep_version(campaign)
        return True

    async def save(self, campaign: Campaign) -> None:
        """Write the next version of a campaign."""
        await self._connection.execute(_CHANGE, _columns(campaign))
        await self._connection.execute(
            delete(allocations).where(allocations.c.campaign_id == campaign.definition.campaign_id)
        )
        await self._keep_version(campaign)

    async def attach(self, campaign_id: str, document_ids: Collection[str], now: datetime) -> None:
        """Keep these documents of the campaign for good; Invalid `document_unknown` when one is there no more."""
        if document_ids:
            attached = await self._documents.attach(self._connection, campaign_id, document_ids, now)
            if missing := sorted(set(document_ids) - attached):
                raise Invalid("document_unknown", {"documents": missing})

    async def copy_documents(self, copies: Mapping[str, str], campaign_id: str, by: str, now: datetime) -> None:
        """Give the campaign documents of another: `copies` says under which new id each."""
        await self._documents.copy(self._connection, copies, owner_id=campaign_id, by=by, at=now)

    async def release_documents(self, campaign_id: str) -> None:
        """Leave the documents of a campaign that is no more to the sweep."""
        await self._documents.release(self._connection, campaign_id)

    async def own_order(self, reader: Principal) -> list[str]:
        """All campaigns that the reader sees, in the reader's own order, which nobody else changes meanwhile."""
        await self._connection.execute(_LOCK_ORDER, {"user": reader.user_id})
        return await own_order(self._connection, reader)

    async def set_order(self, user_id: str, campaign_ids: Sequence[str]) -> None:
        """Replace a user's own order of the list; ids of no campaign are left out."""
        await self._connection.execute(_LOCK_ORDER, {"user": user_id})
        await self._connection.execute(delete(list_orders).where(list_orders.c.user_id == user_id))
        await self._connection.execute(_SET_ORDER, {"user": user_id, "ids": list(campaign_ids)})

    async def first_time(self, campaign_id: str, kind: MomentKind, on: date, now: datetime) -> bool:
        """Note a campaign's moment; False when it was noted before."""
        noted = await self._connection.execute(_MOMENT, {"id": campaign_id, "kind": kind.value, "on": on, "now": now})
        return noted.one_or_none() is not None

    async def add_job(self, job: Job, items: Sequence[TargetItem], skipped: Sequence[Skipped] = ()) -> Job:
        """Keep a job with its items; answers the one held when its id is known."""
        return await jobs.add(self._connection, job, items, skipped)

    async def cancel_job(self, job_id: str, now: datetime) -> None:
        """Let what is left of the job be skipped; nothing when it was cancelled before."""
        await jobs.cancel(self._connection, job_id, now)

    async def copy_targets(self, source_id: str, job: Job) -> Job:
        """Keep a job that targets the clients of another campaign, by default entry dates."""
        return await jobs.copy(self._connection, source_id, job)

    async def publish(self, events: Sequence[Event]) -> None:
        """Let the events leave once this transaction is committed, and only then."""
        await enqueue(self._connection, events, source="campaign")

    async def _keep_version(self, campaign: Campaign) -> None:
        definition = campaign.definition
        allocation = allocation_json(campaign.rows)
        await self._connection.execute(
            _KEEP_VERSION,
            {
                "id": definition.campaign_id,
                "version": definition.version,
                "definition": definition.model_dump_json(),
                "allocation": allocation,
                "saved_by": definition.saved_by,
                "saved_at": definition.saved_at,
            },
        )
        await self._connection.execute(_KEEP_ALLOCATION, {"id": definition.campaign_id, "allocation": allocation})


def _columns(campaign: Campaign) -> dict[str, object]:
    definition = campaign.definition
    return {
        "id": definition.campaign_id,
        "name": definition.name,
        "owner": definition.owner_id,
        "target": definition.target,
        "start": definition.start_date,
        "end": definition.end_date,
        "archived": definition.archived,
        "deleted": definition.deleted,
        "version": definition.version,
    }
