"""Definitions as the campaign service last said, reservations of steps, and what the campaigns' executions know."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.ports import JobKind, Unsettled
from services.followup.store.completions import completed_steps
from shared.contracts.campaign import CampaignDefined
from shared.contracts.followup import StepsReserved
from shared.runtime.database import Database

_HOLD = sa.text(
    """
    insert into campaigns (campaign_id, version, name, definition, archived, deleted)
    values (:campaign_id, :version, :name, cast(:definition as jsonb), :archived, :deleted)
    on conflict (campaign_id) do update
    set version = excluded.version, name = excluded.name, definition = excluded.definition,
        archived = excluded.archived, deleted = excluded.deleted,
        reserved_steps = null, reserved_whole = false, reserved_by = null, reserved_until = null
    where campaigns.version < excluded.version
    """
)
_VERSION = sa.text("select version from campaigns where campaign_id = :campaign_id")
_RESERVE = sa.text(
    """
    update campaigns set reserved_steps = cast(:steps as text[]), reserved_whole = :whole, reserved_by = :by,
        reserved_until = now() + make_interval(secs => :seconds)
    where campaign_id = :campaign_id and (reserved_until is null or reserved_by = :by)
    """
)
_IS_KNOWN = sa.text("select exists (select 1 from campaigns where campaign_id = :campaign_id)")
_RELEASE = sa.text(
    """
    update campaigns set reserved_steps = null, reserved_whole = false, reserved_by = null, reserved_until = null
    where campaign_id = :campaign_id and (reserved_by = :by or (:ended and reserved_until < now()))
    """
)
_ENDED = sa.text(
    "select campaign_id::text from campaigns where reserved_until < now() order by reserved_until limit :limit"
)
_KEEP_PARKED = sa.text(
    """
    update commands c set code = 'step_being_removed'
    from follow_ups f
    where f.follow_up_id = c.follow_up_id and f.campaign_id = :campaign_id and c.verdict is null and c.parked
      and (:whole or c.body ->> 'step_id' = any(cast(:steps as text[])))
    """
)
_UNPARK = sa.text(
    """
    update commands c set parked = false, code = null
    from follow_ups f
    where f.follow_up_id = c.follow_up_id and f.campaign_id = :campaign_id and c.verdict is null and c.parked
      and c.code = 'step_being_removed'
    """
)
# What waited for a step before it may need it no more: the new version judges anew, as every open follow-up goes by it.
_UNPARK_ALL = sa.text(
    """
    update commands c set parked = false, code = null, data = null
    from follow_ups f
    where f.follow_up_id = c.follow_up_id and f.campaign_id = :campaign_id and c.verdict is null and c.parked
    """
)
_UNDECIDED = sa.text(
    """
    select exists (
        select 1 from commands c join follow_ups f on f.follow_up_id = c.follow_up_id
        where f.campaign_id = :campaign_id and c.verdict is null and not c.parked
          and (:whole or c.body ->> 'step_id' = any(cast(:steps as text[])))
    )
    """
)
_RECORDED = sa.text(
    """
    select exists (
        select 1 from facts
        where event ->> 'campaign_id' = cast(:campaign_id as text)
          and event -> 'fact' ->> 'kind' in
              ('StepBegun', 'StepCompleted', 'InteractionRecorded', 'InteractionPlanned', 'Concluded')
    )
    """
)
_TO_TELL = sa.text(
    "select definition::text from campaigns where engine_version < version order by campaign_id limit :limit"
)
_TOLD = sa.text(
    "update campaigns set engine_version = :version where campaign_id = :campaign_id and engine_version < :version"
)


# While a job of the campaign goes on there is no other; a next round waits longer each time, by the clock that wrote
# when the last one ended.
_UNSETTLED = sa.text(
    """
    select c.campaign_id::text as campaign_id, c.version, c.archived, c.definition ->> 'saved_by' as by,
           (c.definition ->> 'start_date')::date as first, (c.definition ->> 'end_date')::date as last,
           count(j.job_id) as before
    from campaigns c
    left join bulk_jobs j on j.campaign_id = c.campaign_id and j.version = c.version
    where c.settled_version < c.version
      and not exists (select 1 from bulk_jobs g where g.campaign_id = c.campaign_id and g.finished_at is null)
    group by c.campaign_id
    having coalesce(max(j.finished_at) < :now - interval '1 second' * least(2 ^ count(j.job_id), 60), true)
    order by c.campaign_id
    limit 50
    """
)
# What is to enter on another day is waited for: it was asked for under an older version, and is looked at after it.
_LEFT_TO_SETTLE = sa.text(
    """
    select exists (select 1 from follow_ups where campaign_id = :campaign_id and closing is null) as open,
           exists (select 1 from follow_ups where campaign_id = :campaign_id and closing = 'ARCHIVED') as archived,
           exists (
               select 1 from follow_ups where campaign_id = :campaign_id and closing is null
                 and entry_date > :today and (entry_date < :first or entry_date > :last)
           ) as outside,
           exists (
               select 1 from commands c join follow_ups f on f.follow_up_id = c.follow_up_id
               where f.campaign_id = :campaign_id and c.verdict is null
                 and c.body ->> 'command' in ('MoveEntryDate', 'TargetAgain')
           ) as moving
    """
)
_LOOK_AGAIN = sa.text(
    """
    update campaigns set settled_version = version - 1
    where campaign_id = :campaign_id and settled_version = version
      and (cast(:first as date) < (definition ->> 'start_date')::date
           or cast(:last as date) > (definition ->> 'end_date')::date)
    """
)
_SETTLED = sa.text(
    "update campaigns set settled_version = :version where campaign_id = :campaign_id and settled_version < :version"
)


class PostgresDefinitions:
    """The replica of definitions, one transaction per call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hold(self, definition: CampaignDefined) -> int:
        """See the port. It waits for commands that are just being written down under the version before."""
        async with self._database.transaction() as conn:
            held = await conn.execute(
                _HOLD,
                {
                    "campaign_id": definition.campaign_id,
                    "version": definition.version,
                    "name": definition.name,
                    "definition": definition.model_dump_json(),
                    "archived": definition.archived,
                    "deleted": definition.deleted,
                },
            )
            if held.rowcount:
                await conn.execute(_UNPARK_ALL, {"campaign_id": definition.campaign_id})
            return int((await conn.execute(_VERSION, {"campaign_id": definition.campaign_id})).scalar_one())

    async def reserve(
        self, campaign_id: str, step_ids: Sequence[str] | None, *, by: str = "", seconds: float = 60.0
    ) -> StepsReserved | None:
        """See the port. The reservation stands from the first call on; the counts come once nothing is undecided."""
        steps = {"campaign_id": campaign_id, "steps": list(step_ids or ()), "whole": step_ids is None}
        async with self._database.transaction() as conn:
            reserved = await conn.execute(_RESERVE, {**steps, "by": by, "seconds": seconds})
            if not reserved.rowcount and (await conn.execute(_IS_KNOWN, steps)).scalar_one():
                return None
        async with self._database.transaction() as conn:
            # First, so that one which a fact frees at this moment is seen as undecided.
            await conn.execute(_KEEP_PARKED, steps)
            if (await conn.execute(_UNDECIDED, steps)).scalar_one():
                return None
            return await _counts(conn, steps)

    async def release(self, campaign_id: str, *, by: str = "") -> None:
        """See the port."""
        await self._release(campaign_id, by=by, ended=False)

    async def ended_reservations(self, limit: int) -> Sequence[str]:
        """See the port."""
        async with self._database.reading() as conn:
            return (await conn.execute(_ENDED, {"limit": limit})).scalars().all()

    async def release_ended(self, campaign_id: str) -> bool:
        """See the port. One that was made again in between stays."""
        return await self._release(campaign_id, by=None, ended=True)

    async def _release(self, campaign_id: str, *, by: str | None, ended: bool) -> bool:
        async with self._database.transaction() as conn:
            released = await conn.execute(_RELEASE, {"campaign_id": campaign_id, "by": by, "ended": ended})
            if released.rowcount:
                await conn.execute(_UNPARK, {"campaign_id": campaign_id})
            return bool(released.rowcount)

    async def definitions_to_tell(self, limit: int) -> Sequence[CampaignDefined]:
        """See the port."""
        async with self._database.reading() as conn:
            rows = (await conn.execute(_TO_TELL, {"limit": limit})).scalars().all()
        return [CampaignDefined.model_validate_json(row) for row in rows]

    async def mark_told(self, campaign_id: str, version: int) -> None:
        """See the port."""
        async with self._database.transaction() as conn:
            await conn.execute(_TOLD, {"campaign_id": campaign_id, "version": version})

    async def to_settle(self, now: datetime, today: date) -> Sequence[Unsettled]:
        """See the port. A campaign with nothing left is looked at again only in its next version, or when told to."""
        async with self._database.transaction() as conn:
            found: list[Unsettled] = []
            for row in (await conn.execute(_UNSETTLED, {"now": now})).all():
                which = {"campaign_id": row.campaign_id, "today": today, "first": row.first, "last": row.last}
                left = (await conn.execute(_LEFT_TO_SETTLE, which)).one()
                if (kind := _implied(row, left)) is not None:
                    job = (row.campaign_id, row.version, kind, row.first, row.last, row.by, row.before + 1)
                    found.append(Unsettled(*job))
                elif row.archived or not left.moving:
                    settled = {"campaign_id": row.campaign_id, "version": row.version}
                    await conn.execute(_SETTLED, settled)
        return found

    async def look_again(self, campaign_id: str, entries: Collection[date]) -> None:
        """See the port."""
        if entries:
            days = {"campaign_id": campaign_id, "first": min(entries), "last": max(entries)}
            async with self._database.transaction() as conn:
                await conn.execute(_LOOK_AGAIN, days)


def _implied(campaign: sa.Row[Any], left: sa.Row[Any]) -> JobKind | None:
    """What is to be done next so that the follow-ups are as the definition implies."""
    if campaign.archived:
        return JobKind.CLOSE_ARCHIVED if left.open else None
    if left.archived:
        return JobKind.REOPEN_UNARCHIVED
    return JobKind.PULL_IN if left.outside else None


async def _counts(conn: AsyncConnection, steps: dict[str, object]) -> StepsReserved:
    return StepsReserved(
        completed=await completed_steps(conn, steps["campaign_id"], steps["steps"]),
        anything_recorded=bool(steps["whole"]) and (await conn.execute(_RECORDED, steps)).scalar_one(),
    )
