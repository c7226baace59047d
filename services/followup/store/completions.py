"""Which steps were ever completed for some client: one look per step, however many follow-ups there are."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

# A scalar subquery, for *exists* would be turned into a join that reads all completions of the campaign.
_COMPLETED = sa.text(
    """
    select step from unnest(cast(:steps as text[])) as step
    where (
        select true from facts
        where event ->> 'campaign_id' = cast(:campaign_id as text)
          and event -> 'fact' ->> 'kind' = 'StepCompleted' and event -> 'fact' ->> 'step_id' = step
        limit 1
    )
    """
)


async def completed_steps(conn: AsyncConnection, campaign_id: object, step_ids: object) -> tuple[str, ...]:
    """Those of the steps that were completed for some client, even undone since."""
    found = await conn.execute(_COMPLETED, {"campaign_id": campaign_id, "steps": step_ids})
    return tuple(sorted(found.scalars()))
