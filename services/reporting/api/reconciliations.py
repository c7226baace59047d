"""Comparisons with the facts' owner and with the engine, for operators and administrators."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.reporting.ports.reconciling import Reconciliations
from services.reporting.schemas.reconciling import (
    BegunOut,
    DifferenceFoundOut,
    DifferencesOut,
    ReconciliationOut,
    ReconciliationsOut,
)
from shared.rulebook.access import Action, Principal, may
from shared.rulebook.errors import NotVisible
from shared.runtime.clock import Clock
from shared.runtime.http import PROBLEMS
from shared.runtime.security import CurrentPrincipal

_MOST = 2**63 - 1


def reconciliation_routes(runs: Reconciliations, clock: Clock) -> APIRouter:
    """The routes below /api/reports/reconciliations."""
    router = APIRouter(
        prefix="/api/reports/reconciliations",
        tags=["reports"],
        responses={404: PROBLEMS[422] | {"description": "Not known"}},
    )

    @router.post("", status_code=202)
    async def begin(principal: CurrentPrincipal) -> BegunOut:
        """Compare figures with facts, facts with their owner, and open rows with the engine; repair what differs.

        One runs at a time: while one does, its number is the answer.
        """
        may(principal, Action.CHECK_FIGURES)
        number = await runs.ask(principal.user_id, clock.now())
        if number is None:
            raise NotVisible("reconciliation_unknown")
        return BegunOut(number=number)

    @router.get("")
    async def latest(
        principal: CurrentPrincipal, limit: Annotated[int, Query(ge=1, le=100)] = 20
    ) -> ReconciliationsOut:
        """The last runs, newest first."""
        may(principal, Action.CHECK_FIGURES)
        return ReconciliationsOut(reconciliations=[ReconciliationOut.of(run) for run in await runs.latest(limit)])

    @router.get("/{number}")
    async def one(principal: CurrentPrincipal, number: int) -> ReconciliationOut:
        """One run and how far it is."""
        return await _seen(principal, number)

    @router.get("/{number}/differences")
    async def differences(
        principal: CurrentPrincipal,
        number: int,
        kind: Annotated[str | None, Query(max_length=40, description="Only these.")] = None,
        after: Annotated[int, Query(ge=0, le=_MOST, description="`next` of the page before.")] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> DifferencesOut:
        """What a run found, and what was done about it. Counters that differed are with the checks."""
        await _seen(principal, number)
        found = await runs.differences(number, after=after, limit=limit + 1, kind=kind)
        more = found[limit - 1].id if len(found) > limit else None
        return DifferencesOut(differences=[DifferenceFoundOut.of(one) for one in found[:limit]], next=more)

    async def _seen(principal: Principal, number: int) -> ReconciliationOut:
        may(principal, Action.CHECK_FIGURES)
        run = await runs.get(number) if 0 < number <= _MOST else None
        if run is None:
            raise NotVisible("reconciliation_unknown")
        return ReconciliationOut.of(run)

    return router
