"""Deliveries as the loops make them: one row per event and subscription, leased, and kept with its outcome."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from services.notification.ports.webhooks import Answer, DeliveryState, Due, Outcome, Telling
from shared.runtime.database import Database

# Subscriptions are few, events are many. One made after an event is not told it.
_TELL = sa.text(
    """
    insert into deliveries (webhook_id, event_id, event_type, body, told_at, state, attempts, created_at, due_at)
    select w.webhook_id, e.event_id, e.event_type, e.body, e.told_at, 'PENDING', 0, now(), e.told_at
    from unnest(cast(:ids as text[]), cast(:types as text[]), cast(:bodies as text[]), cast(:times as timestamptz[]))
        with ordinality as e(event_id, event_type, body, told_at, place)
    join webhooks w on e.event_type = any(w.event_types) and e.told_at >= w.created_at
    order by w.webhook_id, e.event_id
    on conflict (webhook_id, event_id) do nothing
    """
)
_CLAIM = sa.text(
    """
    with due as (
        select d.delivery_id, w.url, w.failing_since,
               array_remove(array[w.secret, case when w.old_secret_until > :now then w.old_secret end], null) as secrets
        from webhooks w
        cross join lateral (
            select delivery_id from deliveries
            where webhook_id = w.webhook_id and state = 'PENDING' and due_at <= :now
              and (leased_until is null or leased_until <= :now)
            order by due_at, delivery_id limit :each
            for update skip locked
        ) d
        where w.state = 'ACTIVE' and w.webhook_id <> all(cast(:busy as uuid[]))
    )
    update deliveries d set leased_until = :until, attempts = d.attempts + 1
    from due where d.delivery_id = due.delivery_id
    returning d.delivery_id, d.webhook_id::text, due.url, due.secrets, d.event_id, d.body, d.attempts, due.failing_since
    """
)
_RECORD = sa.text(
    """
    update deliveries
    set state = :state, due_at = :due_at, leased_until = null, attempted_at = :now, status = :status,
        latency_ms = :latency_ms, excerpt = :excerpt, error = :error
    where delivery_id = :delivery_id and attempts = :attempts
    """
)
_WELL = sa.text("update webhooks set failing_since = null where webhook_id = :webhook_id and failing_since is not null")
_FAILING = sa.text(
    """
    update webhooks
    set failing_since = coalesce(failing_since, :now),
        state = case when state = 'ACTIVE' and cast(:reason as text) is not null then 'DISABLED' else state end,
        reason = case when state = 'ACTIVE' then coalesce(:reason, reason) else reason end,
        revision = case when state = 'ACTIVE' and cast(:reason as text) is not null then revision + 1 else revision end
    where webhook_id = :webhook_id and (failing_since is null or cast(:reason as text) is not null)
    """
)
_FORGET = sa.text(
    """
    delete from deliveries where delivery_id in (
        select delivery_id from deliveries where told_at < :before order by told_at limit 5000
    )
    """
)


class StoredDeliveries:
    """`ports.webhooks.Deliveries` on PostgreSQL, one transaction per call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tell(self, events: Sequence[Telling]) -> None:
        """See the port."""
        if not events:
            return
        said = {
            "ids": [event.event_id for event in events],
            "types": [event.event_type for event in events],
            "bodies": [event.body for event in events],
            "times": [event.at for event in events],
        }
        async with self._database.transaction() as conn:
            await conn.execute(_TELL, said)

    async def claim(
        self, now: datetime, leased_until: datetime, each: int, busy: Collection[str] = ()
    ) -> Sequence[Due]:
        """See the port."""
        wanted = {"now": now, "until": leased_until, "each": each, "busy": list(busy)}
        async with self._database.transaction() as conn:
            rows = (await conn.execute(_CLAIM, wanted)).mappings().all()
        return [Due(**{**row, "secrets": tuple(row["secrets"])}) for row in rows]

    async def record(self, due: Due, answer: Answer, outcome: Outcome, now: datetime) -> None:
        """See the port. One that was replayed or leased again meanwhile is left to whoever did."""
        said = {
            "delivery_id": due.delivery_id,
            "attempts": due.attempts,
            "state": outcome.state.value,
            "due_at": outcome.due_at,
            "now": now,
            "status": answer.status,
            "latency_ms": answer.latency_ms,
            "excerpt": answer.excerpt,
            "error": answer.error,
        }
        about = {"webhook_id": due.webhook_id}
        async with self._database.transaction() as conn:
            await conn.execute(_RECORD, said)
            if outcome.state is DeliveryState.DELIVERED:
                await conn.execute(_WELL, about)
            else:
                await conn.execute(_FAILING, {**about, "now": now, "reason": outcome.disabled_because})

    async def forget(self, before: datetime) -> int:
        """See the port. A pending one as old as that goes too: its subscription is paused or disabled since long."""
        async with self._database.transaction() as conn:
            return (await conn.execute(_FORGET, {"before": before})).rowcount
