"""Exactly once by message id, for consumers whose effect does not carry its own number."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_NOTE = text(
    "insert into inbox (consumer, message_id) select :consumer, unnest(cast(:ids as text[]))"
    " on conflict do nothing returning message_id"
)
_FORGET = text("delete from inbox where seen_at < now() - :age")


async def first_time(conn: AsyncConnection, consumer: str, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that `consumer` sees for the first time; noted in the transaction of their effect."""
    # Sorted, so that two replicas that hold the same messages never wait for each other in a circle.
    noted = await conn.execute(_NOTE, {"consumer": consumer, "ids": sorted(set(ids))})
    return set(noted.scalars())


async def forget(conn: AsyncConnection, older_than: timedelta) -> None:
    """Drop notes older than any redelivery; streams keep their messages for a bounded time."""
    await conn.execute(_FORGET, {"age": older_than})
