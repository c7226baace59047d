"""Refused, parked and waiting commands, for the operations team: seen without names, tried again, dismissed."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.followup.api.paths import UuidText
from services.followup.ports.held import HeldCommands
from services.followup.schemas.held import Dismissal, HeldCounts, HeldOut, HeldPage, HeldQuery, RetriedOut, RetryFilter
from services.followup.use_cases.handle_held import HandleHeld
from shared.rulebook.access import Action, may
from shared.runtime.security import CurrentPrincipal


def held_routes(held: HeldCommands, handle: HandleHeld) -> APIRouter:
    """The routes; they stand before those of single commands, whose path they share."""
    router = APIRouter(prefix="/api/followups/commands", tags=["held commands"])

    @router.get("")
    async def held_commands(principal: CurrentPrincipal, query: Annotated[HeldQuery, Query()]) -> HeldPage:
        """What is refused, parked or waiting, the latest first. Takes the right OPERATOR."""
        may(principal, Action.OPERATE)
        found = await held.page(query.filter())
        more = found[-1].place if len(found) == query.limit else None
        return HeldPage(items=[HeldOut.of(one) for one in found], next=more)

    @router.get("/counts")
    async def counts(principal: CurrentPrincipal) -> HeldCounts:
        """How many are held, by state and reason, and how old the oldest is. Takes the right OPERATOR."""
        may(principal, Action.OPERATE)
        return HeldCounts.of(list(await held.counts()))

    @router.post("/retry")
    async def retry_all(principal: CurrentPrincipal, body: RetryFilter) -> RetriedOut:
        """Have the CRM's signals of a filter judged anew, at most 10,000 in one call. Takes the right OPERATOR."""
        may(principal, Action.OPERATE)
        retried, left = await handle.retry_all(body.filter(), principal.user_id)
        return RetriedOut(retried=retried, next=left)

    @router.post("/{command_id}/retry")
    async def retry(principal: CurrentPrincipal, command_id: UuidText) -> HeldOut:
        """Have a refused or parked signal judged anew; one that waits already is left alone.

        Takes the right OPERATOR. 409 `not_retriable` for what was applied, and for what no CRM asked for.
        """
        may(principal, Action.OPERATE)
        return HeldOut.of(await handle.retry(command_id, principal.user_id))

    @router.post("/{command_id}/dismiss")
    async def dismiss(principal: CurrentPrincipal, command_id: UuidText, body: Dismissal) -> HeldOut:
        """Set a refused or parked command aside, with a reason; it is kept, and may still be tried again.

        Takes the right OPERATOR. 409 `under_way` while its verdict is on its way, `not_held` for all others.
        """
        may(principal, Action.OPERATE)
        return HeldOut.of(await handle.dismiss(command_id, principal.user_id, body.reason))

    return router
