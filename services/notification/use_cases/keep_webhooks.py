"""What administrators do with subscriptions: create, change, rotate the secret, replay (ADR 0058)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from services.notification.ports.webhooks import Subscription, Webhook, Webhooks
from services.notification.use_cases.webhook_signing import new_secret
from shared.rulebook.errors import NotVisible, Refused
from shared.runtime.identifiers import uuid7


class KeepWebhooks:
    """Secrets are answered once, by whatever makes them, and never again."""

    def __init__(self, webhooks: Webhooks, now: Callable[[], datetime]) -> None:
        self._webhooks = webhooks
        self._now = now

    async def create(self, wanted: Subscription, by: str) -> tuple[Webhook, str]:
        """The subscription and its secret. Refused `webhook_name_taken`."""
        webhook_id, secret = uuid7(), new_secret()
        if not await self._webhooks.create(webhook_id, wanted, secret, by, self._now()):
            raise Refused("webhook_name_taken", {"name": wanted.name})
        return await self.one(webhook_id), secret

    async def one(self, webhook_id: str) -> Webhook:
        """NotVisible `webhook_unknown` when there is none."""
        found = await self._webhooks.one(webhook_id)
        if found is None:
            raise NotVisible("webhook_unknown")
        return found

    async def change(self, webhook_id: str, wanted: Subscription, revision: int) -> Webhook | None:
        """As it now is; None when somebody changed it meanwhile. Activating a disabled one forgives its failures."""
        await self.one(webhook_id)
        changed = await self._webhooks.change(webhook_id, wanted, revision, self._now())
        if changed is False:
            raise Refused("webhook_name_taken", {"name": wanted.name})
        return None if changed is None else await self.one(webhook_id)

    async def delete(self, webhook_id: str) -> None:
        """Gone, with its log."""
        if not await self._webhooks.delete(webhook_id):
            raise NotVisible("webhook_unknown")

    async def rotate(self, webhook_id: str, overlap: timedelta) -> str:
        """The new secret; the one before signs too while they overlap."""
        secret, now = new_secret(), self._now()
        if not await self._webhooks.rotate(webhook_id, secret, now + overlap, now):
            raise NotVisible("webhook_unknown")
        return secret

    async def replay(self, webhook_id: str, delivery_id: int) -> None:
        """One delivery, made again. NotVisible `delivery_unknown`."""
        await self.one(webhook_id)
        if not await self._webhooks.replay(webhook_id, delivery_id, self._now()):
            raise NotVisible("delivery_unknown")

    async def replay_since(self, webhook_id: str, since: datetime) -> int:
        """All deliveries of events told since then, made again; answers how many."""
        await self.one(webhook_id)
        return await self._webhooks.replay_since(webhook_id, since, self._now())
