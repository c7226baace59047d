"""Whose figures a transaction changed, under numbers that become visible in their order."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

ALL = "00000000-0000-0000-0000-000000000000"
"""In place of a campaign: every one; of an advisor: whoever reads it."""
EVERYTHING: tuple[str, str | None] = (ALL, None)

# The clock's row is locked until the end of the transaction: nobody sees a number before those below it.
_TICK = text("""
    with clock as (
        insert into figure_clock as clock (one, number) values (true, 1)
        on conflict (one) do update set number = clock.number + 1
        returning number)
    insert into figure_changes (campaign_id, advisor_id, number)
    select campaign_id, advisor_id, clock.number
    from clock, unnest(cast(:campaigns as uuid[]), cast(:advisors as uuid[])) as changed (campaign_id, advisor_id)
    on conflict (campaign_id, advisor_id) do update set number = excluded.number
""")


async def tick(connection: AsyncConnection, changed: Collection[tuple[str, str | None]]) -> None:
    """Number this transaction, and say whose figures it changes; nothing when nobody's."""
    if changed:
        campaigns, advisors = zip(*sorted((campaign, advisor or ALL) for campaign, advisor in changed), strict=True)
        await connection.execute(_TICK, {"campaigns": list(campaigns), "advisors": list(advisors)})
