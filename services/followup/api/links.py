"""Links of a success to the client's accounts and transactions."""

from fastapi import APIRouter, Response

from services.followup.api.commands import IdempotencyKey, verdict_fields
from services.followup.api.door import WITH_ACCESS
from services.followup.api.paths import UuidText
from services.followup.schemas import CommandOut
from services.followup.schemas.links import LinksIn, LinksOut
from services.followup.use_cases.link_holdings import LinkHoldingsOf
from shared.rulebook.errors import Refused
from shared.rulebook.holdings import LinkHoldings
from shared.runtime.security import CurrentPrincipal


def link_routes(links: LinkHoldingsOf) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/followups/{follow_up_id}/links", tags=["follow-ups"], dependencies=WITH_ACCESS)

    @router.get("")
    async def shown(follow_up_id: UuidText, principal: CurrentPrincipal) -> LinksOut:
        """What the conclusion is linked to, and the difference to the amount collected."""
        return LinksOut.of(await links.shown(principal, follow_up_id))

    @router.put("")
    async def link(
        follow_up_id: UuidText,
        body: LinksIn,
        principal: CurrentPrincipal,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> CommandOut:
        """Link the conclusion to these, in place of what it was linked to. 202 pending, see `ask`."""
        wish = LinkHoldings(body.accounts, body.transactions)
        verdict = await links.link(principal, follow_up_id, wish, key=idempotency_key)
        if verdict.kind == "refused":
            raise Refused(verdict.code or "refused", verdict.data)
        answer = CommandOut(**verdict_fields(verdict))
        if verdict.kind == "pending":
            response.status_code = 202
            answer.ask = f"/api/followups/commands/{verdict.command_id}"
        return answer

    return router
