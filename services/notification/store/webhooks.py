"""Subscriptions as administrators keep them, and the log of their deliveries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Select
from sqlalchemy.exc import IntegrityError

from services.notification.ports.webhooks import Delivery, DeliveryState, Subscription, Webhook, WebhookState
from services.notification.tables import deliveries, webhooks
from shared.runtime.database import Database

_CHUNK = 1000
_WAITING = (
    sa.select(sa.func.count())
    .where(deliveries.c.webhook_id == webhooks.c.webhook_id, deliveries.c.state == DeliveryState.PENDING)
    .scalar_subquery()
    .label("waiting")
)
_WEBHOOK = sa.select(
    webhooks.c.webhook_id,
    webhooks.c.name,
    webhooks.c.url,
    webhooks.c.event_types,
    webhooks.c.state,
    webhooks.c.reason,
    webhooks.c.failing_since,
    webhooks.c.revision,
    webhooks.c.created_at,
    webhooks.c.created_by,
    webhooks.c.changed_at,
    _WAITING,
)
_DELIVERY = sa.select(
    deliveries.c.delivery_id,
    deliveries.c.event_id,
    deliveries.c.event_type,
    deliveries.c.state,
    deliveries.c.attempts,
    deliveries.c.created_at,
    deliveries.c.due_at,
    deliveries.c.attempted_at,
    deliveries.c.status,
    deliveries.c.latency_ms,
    deliveries.c.excerpt,
    deliveries.c.error,
)
_REPLAY = sa.text(
    """
    update deliveries set state = 'PENDING', attempts = 0, due_at = :now, leased_until = null
    where webhook_id = :webhook_id and delivery_id = any(cast(:ids as bigint[]))
      and (leased_until is null or leased_until <= :now)
    """
)
_TOLD_SINCE = sa.text(
    """
    select delivery_id from deliveries
    where webhook_id = :webhook_id and told_at >= :since and delivery_id > :after
    order by delivery_id limit :limit
    """
)


class StoredWebhooks:
    """`ports.webhooks.Webhooks` on PostgreSQL, one transaction per call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[Webhook]:
        """See the port."""
        return [_webhook(row) for row in await self._rows(_WEBHOOK.order_by(webhooks.c.name))]

    async def one(self, webhook_id: str) -> Webhook | None:
        """See the port."""
        rows = await self._rows(_WEBHOOK.where(webhooks.c.webhook_id == webhook_id))
        return _webhook(rows[0]) if rows else None

    async def create(self, webhook_id: str, wanted: Subscription, secret: str, by: str, now: datetime) -> bool:
        """See the port."""
        values = {"webhook_id": webhook_id, "secret": secret, "created_at": now, "created_by": by, "changed_at": now}
        try:
            async with self._database.transaction() as conn:
                await conn.execute(webhooks.insert().values(**values, **_chosen(wanted), revision=1))
        except IntegrityError:
            return False
        return True

    async def change(self, webhook_id: str, wanted: Subscription, revision: int, now: datetime) -> bool | None:
        """See the port."""
        mine = sa.and_(webhooks.c.webhook_id == webhook_id, webhooks.c.revision == revision)
        forgiven = {"reason": None, "failing_since": None}
        values = {**_chosen(wanted), **forgiven, "revision": revision + 1, "changed_at": now}
        try:
            async with self._database.transaction() as conn:
                changed = await conn.execute(webhooks.update().where(mine).values(**values))
        except IntegrityError:
            return False
        return True if changed.rowcount else None

    async def delete(self, webhook_id: str) -> bool:
        """See the port."""
        async with self._database.transaction() as conn:
            deleted = await conn.execute(webhooks.delete().where(webhooks.c.webhook_id == webhook_id))
        return bool(deleted.rowcount)

    async def rotate(self, webhook_id: str, secret: str, old_until: datetime, now: datetime) -> bool:
        """See the port."""
        values = {"old_secret": webhooks.c.secret, "old_secret_until": old_until, "secret": secret, "changed_at": now}
        async with self._database.transaction() as conn:
            mine = webhooks.update().where(webhooks.c.webhook_id == webhook_id)
            rotated = await conn.execute(mine.values(**values, revision=webhooks.c.revision + 1))
        return bool(rotated.rowcount)

    async def deliveries(
        self, webhook_id: str, state: DeliveryState | None, after: int | None, limit: int
    ) -> Sequence[Delivery]:
        """See the port."""
        query = _DELIVERY.where(deliveries.c.webhook_id == webhook_id)
        if state is not None:
            query = query.where(deliveries.c.state == state)
        if after is not None:
            query = query.where(deliveries.c.delivery_id < after)
        return [
            _delivery(row) for row in await self._rows(query.order_by(deliveries.c.delivery_id.desc()).limit(limit))
        ]

    async def replay(self, webhook_id: str, delivery_id: int, now: datetime) -> bool:
        """See the port."""
        return bool(await self._replay(webhook_id, [delivery_id], now))

    async def replay_since(self, webhook_id: str, since: datetime, now: datetime) -> int:
        """See the port. A transaction for each thousand."""
        replayed, after = 0, 0
        while True:
            wanted = {"webhook_id": webhook_id, "since": since, "after": after, "limit": _CHUNK}
            async with self._database.reading() as conn:
                ids = list((await conn.execute(_TOLD_SINCE, wanted)).scalars())
            if not ids:
                return replayed
            replayed += await self._replay(webhook_id, ids, now)
            after = ids[-1]

    async def _replay(self, webhook_id: str, ids: Sequence[int], now: datetime) -> int:
        async with self._database.transaction() as conn:
            return (await conn.execute(_REPLAY, {"webhook_id": webhook_id, "ids": list(ids), "now": now})).rowcount

    async def _rows(self, query: Select[Any]) -> list[Any]:
        async with self._database.reading() as conn:
            return list((await conn.execute(query)).mappings())


def _chosen(wanted: Subscription) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "url": wanted.url,
        "event_types": list(wanted.event_types),
        "state": wanted.state.value,
    }


def _webhook(row: Any) -> Webhook:
    return Webhook(**{**row, "event_types": tuple(row["event_types"]), "state": WebhookState(row["state"])})


def _delivery(row: Any) -> Delivery:
    return Delivery(**{**row, "state": DeliveryState(row["state"])})
