"""The reports over HTTP: each request reads one snapshot, in the reader's reach; `after` waits for a write."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.reporting.api.asking import CampaignId, Question, Statuses, questions, text
from services.reporting.ports.counting import Checks
from services.reporting.ports.reading import Orders, Readings
from services.reporting.schemas.checks import AskedOut, CheckOut, ChecksOut, ReconcileIn, RefillOut
from services.reporting.schemas.figures import CampaignOut, CampaignsOut, ReportOut
from services.reporting.schemas.rows import BranchOut, BreakdownOut, StepOut, StepsOut
from services.reporting.use_cases.breakdown import BrokenDownBy, break_down
from services.reporting.use_cases.checks import ask_check, latest_checks
from services.reporting.use_cases.figures import asked_for, in_own_order, read_campaigns
from services.reporting.use_cases.steps import read_steps
from shared.runtime.clock import Clock
from shared.runtime.http import PROBLEMS
from shared.runtime.security import CurrentPrincipal


def create_router(readings: Readings, checks: Checks, orders: Orders, clock: Clock) -> APIRouter:
    """The routes below /api/reports."""
    router = APIRouter(
        prefix="/api/reports", tags=["reports"], responses={404: PROBLEMS[422] | {"description": "Not seen"}}
    )
    question = questions(readings, clock)
    Asked = Annotated[Question, Depends(question)]  # noqa: N806  a type

    @router.get("/indicators")
    async def indicators(asked: Asked, campaign_id: CampaignId = None, statuses: Statuses = ()) -> ReportOut:
        """Every figure of one campaign, or of all together: sums over sums, never a mean of rates."""
        found = await read_campaigns(
            asked.figures, asked.scope, asked.today, campaign_id=text(campaign_id), statuses=statuses
        )
        return ReportOut.of(found, one=campaign_id is not None, **asked.about([one.campaign for one in found]))

    @router.get("/campaigns")
    async def campaigns(
        asked: Asked,
        statuses: Statuses = (),
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> CampaignsOut:
        """The campaigns that the reader sees, each with its figures, in the reader's own order, else by creation."""
        found = await read_campaigns(asked.figures, asked.scope, asked.today, campaign_id=None, statuses=statuses)
        page = in_own_order(found, await orders.of(asked.scope.reader))[offset : offset + limit]
        return CampaignsOut(
            **asked.about([one.campaign for one in page]),
            total=len(found),
            campaigns=[CampaignOut.of(one, asked.today) for one in page],
        )

    @router.get("/steps")
    async def steps(asked: Asked, campaign_id: UUID) -> StepsOut:
        """The five groups of each step of one campaign, and its two rates."""
        funnel = await read_steps(asked.figures, asked.scope, str(campaign_id), asked.today)
        return StepsOut(
            **asked.about([]) | {"versions": {} if funnel.version is None else {str(campaign_id): funnel.version}},
            campaign_id=str(campaign_id),
            version=funnel.version,
            sales_step=funnel.sales_step,
            steps=[StepOut.of(step) for step in funnel.steps],
        )

    @router.get("/breakdown")
    async def breakdown(
        asked: Asked, by: BrokenDownBy, campaign_id: CampaignId = None, statuses: Statuses = ()
    ) -> BreakdownOut:
        """Figures per unit, each with all below it, or per advisor of record."""
        figures, scope, day = asked.figures, asked.scope, asked.today
        campaigns = await asked_for(figures, scope, day, campaign_id=text(campaign_id), statuses=statuses)
        rows = await break_down(figures, scope, day, campaigns, by=by)
        return BreakdownOut(**asked.about(campaigns), rows=[BranchOut.of(row) for row in rows])

    @router.get("/reconcile")
    async def last_checks(principal: CurrentPrincipal) -> ChecksOut:
        """What the last checks found, and whether facts are being read again. For operators and administrators."""
        found, refill = await latest_checks(checks, principal)
        return ChecksOut(
            checks=[CheckOut.of(check) for check in found], refill=None if refill is None else RefillOut.of(refill)
        )

    @router.post("/reconcile", status_code=202)
    async def reconcile(principal: CurrentPrincipal, order: ReconcileIn | None = None) -> AskedOut:
        """Recompute all counters from the facts, while serving; differences are shown, counted and repaired."""
        begun, refill = await ask_check(checks, principal, clock.now(), refill=order is not None and order.refill)
        return AskedOut(campaigns=begun, refill=refill)

    return router
