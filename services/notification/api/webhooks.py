"""Webhooks, for administrators: subscriptions, their secrets, the log of deliveries, and replay."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from services.notification.ports.webhooks import DeliveryState, Webhook, Webhooks
from services.notification.schemas.webhooks import (
    DeliveryPage,
    DeliveryShown,
    Replayed,
    ReplayIn,
    RotateIn,
    SecretShown,
    WebhookCreated,
    WebhookIn,
    WebhookList,
    WebhookShown,
)
from services.notification.use_cases.keep_webhooks import KeepWebhooks
from shared.rulebook.access import Action, may
from shared.runtime.problems import HTTPProblem
from shared.runtime.security import CurrentPrincipal
from shared.runtime.versions import IfMatch, tag

_Place = Annotated[int | None, Query(ge=0, lt=2**63, description="`next` of the page before.")]
_DeliveryId = Annotated[int, Path(ge=0, lt=2**63)]


def webhook_routes(webhooks: Webhooks, keep: KeepWebhooks, *, allow_private: bool) -> APIRouter:  # noqa: C901
    """The routes; each takes the right ADMINISTRATOR."""
    router = APIRouter(prefix="/api/notifications/webhooks", tags=["webhooks"])

    @router.get("")
    async def all_webhooks(principal: CurrentPrincipal) -> WebhookList:
        """All subscriptions, by name."""
        may(principal, Action.ADMINISTER)
        return WebhookList(items=[WebhookShown.of(one) for one in await webhooks.all()])

    @router.post("", status_code=201)
    async def create(principal: CurrentPrincipal, body: WebhookIn, response: Response) -> WebhookCreated:
        """Subscribe; answers the secret, once. 409 `webhook_name_taken`."""
        may(principal, Action.ADMINISTER)
        wanted = body.subscription(allow_private=allow_private)
        made, secret = await keep.create(wanted, principal.user_id)
        return WebhookCreated(webhook=_tagged(made, response), secret=secret)

    @router.get("/{webhook_id}")
    async def webhook(principal: CurrentPrincipal, webhook_id: UUID, response: Response) -> WebhookShown:
        """One subscription; its ETag goes back in as If-Match."""
        may(principal, Action.ADMINISTER)
        return _tagged(await keep.one(str(webhook_id)), response)

    @router.put("/{webhook_id}")
    async def change(
        principal: CurrentPrincipal, webhook_id: UUID, body: WebhookIn, revision: IfMatch, response: Response
    ) -> WebhookShown:
        """Change, pause or activate; what was held back meanwhile is sent. Takes If-Match."""
        may(principal, Action.ADMINISTER)
        changed = await keep.change(str(webhook_id), body.subscription(allow_private=allow_private), revision)
        if changed is None:
            raise HTTPProblem(412, "version_changed", data={"expected": revision})
        return _tagged(changed, response)

    @router.delete("/{webhook_id}", status_code=204)
    async def delete(principal: CurrentPrincipal, webhook_id: UUID) -> None:
        """Unsubscribe; the log goes too."""
        may(principal, Action.ADMINISTER)
        await keep.delete(str(webhook_id))

    @router.post("/{webhook_id}/secret")
    async def rotate(principal: CurrentPrincipal, webhook_id: UUID, body: RotateIn) -> SecretShown:
        """A new secret, answered once; for some hours both sign, so that the receiver can change in between."""
        may(principal, Action.ADMINISTER)
        return SecretShown(secret=await keep.rotate(str(webhook_id), body.overlap))

    @router.get("/{webhook_id}/deliveries")
    async def deliveries(
        principal: CurrentPrincipal,
        webhook_id: UUID,
        state: DeliveryState | None = None,
        after: _Place = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> DeliveryPage:
        """The log, the latest first: what was sent, what came back, and when it is tried again."""
        may(principal, Action.ADMINISTER)
        await keep.one(str(webhook_id))
        found = await webhooks.deliveries(str(webhook_id), state, after, limit)
        more = found[-1].delivery_id if len(found) == limit else None
        return DeliveryPage(items=[DeliveryShown.of(one) for one in found], next=more)

    @router.post("/{webhook_id}/replay")
    async def replay_since(principal: CurrentPrincipal, webhook_id: UUID, body: ReplayIn) -> Replayed:
        """Send again all that was told since a moment, under the ids it had."""
        may(principal, Action.ADMINISTER)
        return Replayed(replayed=await keep.replay_since(str(webhook_id), body.since))

    @router.post("/{webhook_id}/deliveries/{delivery_id}/replay")
    async def replay(principal: CurrentPrincipal, webhook_id: UUID, delivery_id: _DeliveryId) -> Replayed:
        """Send one delivery again. 404 when there is none, or while it is just being made."""
        may(principal, Action.ADMINISTER)
        await keep.replay(str(webhook_id), delivery_id)
        return Replayed(replayed=1)

    return router


def _tagged(webhook: Webhook, response: Response) -> WebhookShown:
    tag(response, webhook.revision)
    return WebhookShown.of(webhook)
