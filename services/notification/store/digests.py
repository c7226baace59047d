"""Preferences, and the digests of each day as rows that are leased."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from services.notification.ports.digests import DigestState, DueDigest, Preference
from services.notification.tables import digests, preferences
from shared.runtime.database import Database
from shared.runtime.metrics import DIGESTS

_KEEP = sa.text(
    """
    insert into preferences (user_id, digest, language, digest_since) values (:user_id, :digest, :language, :now)
    on conflict (user_id) do update
    set digest = excluded.digest, language = excluded.language,
        digest_since = case when preferences.digest = excluded.digest then preferences.digest_since else :now end
    """
)
_OPEN = sa.text(
    """
    insert into digests (user_id, day, state, due_at)
    select user_id, :day, 'PENDING', :now from preferences
    where digest and digest_since < :begins_at
    order by user_id
    on conflict do nothing
    """
)
_MISSED = sa.text("update digests set state = 'MISSED', settled_at = :now where state = 'PENDING' and day < :day")
_CLAIM = sa.text(
    """
    with due as (
        select user_id, day from digests
        where state = 'PENDING' and day = :day and due_at <= :now and (leased_until is null or leased_until <= :now)
        order by due_at, user_id limit :limit
        for update skip locked
    )
    update digests d set leased_until = :until, attempts = d.attempts + 1
    from due left join preferences p on p.user_id = due.user_id
    where d.user_id = due.user_id and d.day = due.day
    returning d.user_id::text, d.day, d.attempts, coalesce(p.digest, false) as digest, p.language
    """
)
_FORGET = sa.text(
    """
    delete from digests where (user_id, day) in (
        select user_id, day from digests where day < :before order by day limit 5000
    )
    """
)


class StoredPreferences:
    """`ports.digests.Preferences` on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, user_id: str) -> Preference:
        """See the port."""
        wanted = sa.select(preferences.c.digest, preferences.c.language).where(preferences.c.user_id == user_id)
        async with self._database.reading() as conn:
            row = (await conn.execute(wanted)).one_or_none()
        return Preference() if row is None else Preference(row.digest, row.language)

    async def keep(self, user_id: str, preference: Preference, now: datetime) -> None:
        """See the port. Whoever only chooses another language goes on being sent digests."""
        said = {"user_id": user_id, "digest": preference.digest, "language": preference.language, "now": now}
        async with self._database.transaction() as conn:
            await conn.execute(_KEEP, said)


class StoredDigests:
    """`ports.digests.Digests` on PostgreSQL, one transaction per call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, day: date, begins_at: datetime, now: datetime) -> None:
        """See the port."""
        async with self._database.transaction() as conn:
            missed = (await conn.execute(_MISSED, {"day": day, "now": now})).rowcount
            await conn.execute(_OPEN, {"day": day, "begins_at": begins_at, "now": now})
        DIGESTS.labels(DigestState.MISSED).inc(missed)

    async def claim(self, day: date, now: datetime, leased_until: datetime, limit: int) -> Sequence[DueDigest]:
        """See the port."""
        wanted = {"day": day, "now": now, "until": leased_until, "limit": limit}
        async with self._database.transaction() as conn:
            rows = (await conn.execute(_CLAIM, wanted)).all()
        return [DueDigest(row.user_id, row.day, row.attempts, Preference(row.digest, row.language)) for row in rows]

    async def settle(self, due: DueDigest, state: DigestState, problem: str | None, now: datetime) -> None:
        """See the port."""
        settled = await self._change(due, state=state.value, problem=problem, settled_at=now)
        DIGESTS.labels(state).inc(settled)

    async def postpone(self, due: DueDigest, problem: str, due_at: datetime) -> None:
        """See the port."""
        await self._change(due, due_at=due_at, problem=problem)

    async def forget(self, before: date) -> int:
        """See the port."""
        async with self._database.transaction() as conn:
            return (await conn.execute(_FORGET, {"before": before})).rowcount

    async def _change(self, due: DueDigest, **values: object) -> int:
        mine = sa.update(digests).where(
            digests.c.user_id == due.user_id,
            digests.c.day == due.day,
            digests.c.attempts == due.attempts,
            digests.c.state == DigestState.PENDING.value,
        )
        async with self._database.transaction() as conn:
            return (await conn.execute(mine.values(leased_until=None, **values))).rowcount
