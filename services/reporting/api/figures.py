"""The reports over HTTP: each request reads one snapshot, in the reader's reach; `after` waits for a write."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.reporting.ports.counting import Checks
from services.reporting.ports.reading import Figures, Readings, Scope
from services.reporting.schemas.checks import AskedOut, CheckOut, ChecksOut, ReconcileIn, RefillOut
from services.reporting.schemas.figures import CampaignOut, CampaignsOut, ReportOut
from services.reporting.schemas.rows import BranchOut, BreakdownOut, StepOut, StepsOut
from services.reporting.use_cases.breakdown import BrokenDownBy, read_breakdown
from services.reporting.use_cases.checks import ask_check, latest_checks
from services.reporting.use_cases.figures import read_campaigns
from services.reporting.use_cases.seeing import wait_for_fact
from services.reporting.use_cases.steps import read_steps
from shared.rulebook.access import Action, may
from shared.rulebook.campaign import CampaignStatus
from shared.runtime.clock import Clock
from shared.runtime.http import PROBLEMS
from shared.runtime.security import CurrentPrincipal

_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
CampaignId = Annotated[UUID | None, Query(description="One campaign; without it, all that the reader sees.")]
Statuses = Annotated[
    Sequence[CampaignStatus], Query(alias="status", description="Only these, of all campaigns; default: not archived.")
]


@dataclass(frozen=True, slots=True)
class Question:
    """What every request may say: who asks, for which unit or advisor, and which write they want to see."""

    scope: Scope
    figures: Figures
    today: date
    complete: bool


def create_router(readings: Readings, checks: Checks, clock: Clock) -> APIRouter:
    """The routes below /api/reports."""
    router = APIRouter(
        prefix="/api/reports", tags=["reports"], responses={404: PROBLEMS[422] | {"description": "Not seen"}}
    )

    async def question(
        principal: CurrentPrincipal,
        unit_id: Annotated[UUID | None, Query(description="Only this unit and all below it.")] = None,
        advisor_id: Annotated[UUID | None, Query(description="Only this advisor of record.")] = None,
        after: Annotated[
            str | None,
            Query(
                pattern=f"^{_UUID}:[0-9]{{1,9}}$",
                description="`follow-up:number` of a fact just written: wait up to a second until it is counted.",
            ),
        ] = None,
    ) -> AsyncIterator[Question]:
        may(principal, Action.SEE_FIGURES)
        complete = True
        if after is not None:
            follow_up_id, _, number = after.partition(":")
            complete = await wait_for_fact(readings, follow_up_id, int(number))
        scope = Scope(principal, _text(unit_id), _text(advisor_id))
        async with readings.snapshot() as figures:
            yield Question(scope, figures, clock.today(), complete)

    Asked = Annotated[Question, Depends(question)]  # noqa: N806  a type

    @router.get("/indicators")
    async def indicators(asked: Asked, campaign_id: CampaignId = None, statuses: Statuses = ()) -> ReportOut:
        """Every figure of one campaign, or of all together: sums over sums, never a mean of rates."""
        found = await read_campaigns(
            asked.figures, asked.scope, asked.today, campaign_id=_text(campaign_id), statuses=statuses
        )
        return ReportOut.of(found, one=campaign_id is not None, as_of=asked.today, complete=asked.complete)

    @router.get("/campaigns")
    async def campaigns(
        asked: Asked,
        statuses: Statuses = (),
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> CampaignsOut:
        """The campaigns that the reader sees, in order of creation, each with its own figures."""
        found = await read_campaigns(asked.figures, asked.scope, asked.today, campaign_id=None, statuses=statuses)
        page = [CampaignOut.of(one, asked.today) for one in found[offset : offset + limit]]
        return CampaignsOut(as_of=asked.today, complete=asked.complete, total=len(found), campaigns=page)

    @router.get("/steps")
    async def steps(asked: Asked, campaign_id: UUID) -> StepsOut:
        """The five groups of each step of one campaign, and its two rates."""
        funnel = await read_steps(asked.figures, asked.scope, str(campaign_id), asked.today)
        return StepsOut(
            as_of=asked.today,
            complete=asked.complete,
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
        rows = await read_breakdown(
            asked.figures, asked.scope, asked.today, by=by, campaign_id=_text(campaign_id), statuses=statuses
        )
        return BreakdownOut(as_of=asked.today, complete=asked.complete, rows=[BranchOut.of(row) for row in rows])

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


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)
