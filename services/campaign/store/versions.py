"""The versions of a campaign in PostgreSQL, never changed."""

from collections.abc import Collection, Sequence

from sqlalchemy import literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.ports import Campaign
from services.campaign.store.rows import campaign_of, campaign_of_version
from services.campaign.tables import campaign_versions

_STEPS_EVER = text(
    "select distinct step ->> 'id' from campaign_versions, jsonb_array_elements(definition -> 'steps') as step"
    " where campaign_id = cast(:campaign as uuid) and step ->> 'id' = any(cast(:ids as text[]))"
)
_ALLOCATION_CHANGES = text(
    "select definition, allocation, old_definition, old_allocation from ("
    "  select version, definition, allocation, lag(definition) over in_time as old_definition,"
    "  lag(allocation) over in_time as old_allocation"
    "  from campaign_versions where campaign_id = cast(:campaign as uuid)"
    "  window in_time as (order by version)"
    ") as change"
    " where (allocation is distinct from coalesce(old_allocation, '[]')"
    "  or definition -> 'shares' is distinct from coalesce(old_definition -> 'shares', '[]')"
    "  or definition ->> 'target' is distinct from old_definition ->> 'target')"
    " and version < coalesce(cast(:before as int), 2147483647)"
    " order by version desc limit :limit"
)


async def page(connection: AsyncConnection, campaign_id: str, *, before: int | None, limit: int) -> Sequence[Campaign]:
    """The campaign as it was in each version, the newest first, those below `before`."""
    wanted = (
        select(literal("").label("content"), campaign_versions.c.definition, campaign_versions.c.allocation)
        .where(campaign_versions.c.campaign_id == campaign_id)
        .order_by(campaign_versions.c.version.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(campaign_versions.c.version < before)
    return [campaign_of(row) for row in await connection.execute(wanted)]


async def allocation_changes(
    connection: AsyncConnection, campaign_id: str, *, before: int | None, limit: int
) -> Sequence[tuple[Campaign | None, Campaign]]:
    """Versions that changed the target or its shares, the newest first, each with the version before it."""
    given = {"campaign": campaign_id, "before": before, "limit": limit}
    return [
        (
            None if row.old_definition is None else campaign_of_version(row.old_definition, row.old_allocation),
            campaign_of_version(row.definition, row.allocation),
        )
        for row in await connection.execute(_ALLOCATION_CHANGES, given)
    ]


async def steps_ever(connection: AsyncConnection, campaign_id: str, step_ids: Collection[str]) -> set[str]:
    """Those of the ids that a step of the campaign had in any version."""
    found = await connection.execute(_STEPS_EVER, {"campaign": campaign_id, "ids": list(step_ids)})
    return set(found.scalars())
