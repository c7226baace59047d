"""What is pushed to a user's pages: written with the change it tells, numbered under a lock on the user's stream."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notification.ports import Pushed, StreamEvent
from services.notification.tables import stream_events, streams
from shared.runtime.database import Database

_PUSH = text(
    """
    with event as (
        select * from unnest(cast(:users as uuid[]), cast(:notices as uuid[]))
        with ordinality as event (user_id, notice_id, n)
    ), ends as (
        insert into streams (user_id, last_seq)
        select user_id, count(*) from event group by user_id order by user_id
        on conflict (user_id) do update set last_seq = streams.last_seq + excluded.last_seq
        returning user_id, last_seq
    )
    insert into stream_events (user_id, seq, kind, notice_id, at)
    select user_id,
        last_seq - count(*) over (partition by user_id) + row_number() over (partition by user_id order by n),
        :kind, notice_id, :now
    from event join ends using (user_id)
    """
)
_FORGET = text("delete from stream_events where at < :before")
_ENDS = select(streams.c.user_id, streams.c.last_seq).where(streams.c.user_id.in_(bindparam("users", expanding=True)))
_AFTER = (
    select(stream_events.c.seq, stream_events.c.kind, stream_events.c.notice_id)
    .where(stream_events.c.user_id == bindparam("user"), stream_events.c.seq > bindparam("seq"))
    .order_by(stream_events.c.seq)
    .limit(bindparam("count"))
)


async def push(connection: AsyncConnection, kind: Pushed, notices: Sequence[tuple[str, str]], now: datetime) -> None:
    """Tell the pages of each (user, notice); the events appear when the transaction commits."""
    if notices:
        users, ids = zip(*notices, strict=True)
        await connection.execute(_PUSH, {"kind": kind.value, "users": list(users), "notices": list(ids), "now": now})


class StoredStreams:
    """`ports.Streams` on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ends(self, user_ids: Sequence[str]) -> Mapping[str, int]:
        """The number of the last event of each user that has any."""
        async with self._database.reading() as connection:
            rows = await connection.execute(_ENDS, {"users": list(user_ids)})
            return {row.user_id: row.last_seq for row in rows}

    async def after(self, user_id: str, seq: int, limit: int) -> Sequence[StreamEvent]:
        """The events after number `seq` that are still kept."""
        async with self._database.reading() as connection:
            rows = await connection.execute(_AFTER, {"user": user_id, "seq": seq, "count": limit})
            return [StreamEvent(row.seq, Pushed(row.kind), row.notice_id) for row in rows]

    async def forget(self, now: datetime, kept_for: timedelta) -> None:
        """Drop events older than `kept_for`."""
        async with self._database.transaction() as connection:
            await connection.execute(_FORGET, {"before": now - kept_for})
