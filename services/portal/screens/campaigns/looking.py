"""The page of a campaign: what it is, where it stands, how its steps go (spec 2, 8)."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.bar import MoneyBar
from services.portal.frame import Person
from services.portal.navigation import manages
from services.portal.parts import or_problem
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

Done = Annotated[str | None, Query(alias="fait", pattern="^(created|saved|duplicated|archived|unarchived|allocated)$")]
StillOpen = Annotated[int | None, Query(alias="ouverts", ge=1, le=10**9)]


@router.get("/operations/{campaign_id}")
async def campaign(visit: Person, campaign_id: UUID, done: Done = None, still_open: StillOpen = None) -> Response:
    """What the campaign is: definition, figures, steps, allocation."""
    shown, report, steps = await asyncio.gather(
        visit.api.get(f"/api/campaigns/{campaign_id}"),
        or_problem(visit.api.get("/api/reports/indicators", campaign_id=campaign_id)),
        or_problem(visit.api.get("/api/reports/steps", campaign_id=campaign_id)),
    )
    counted = {} if isinstance(steps, UpstreamProblem) else {one["step_id"]: one for one in steps["steps"]}
    around = await visit.around()
    return await visit.screen(
        "campaigns/page.html",
        active="campaigns",
        campaign=shown,
        report=report,
        bar=None if isinstance(report, UpstreamProblem) else MoneyBar.of(report),
        counted=counted,
        done=done,
        still_open=still_open,
        manages=around.rights is None or manages(around.rights),
    )


@router.get("/operations/{campaign_id}/suivi")
async def progress(visit: Person, campaign_id: UUID) -> Response:
    """How the campaign's steps go: the five groups of each."""
    shown, report, steps = await asyncio.gather(
        visit.api.get(f"/api/campaigns/{campaign_id}"),
        or_problem(visit.api.get("/api/reports/indicators", campaign_id=campaign_id)),
        or_problem(visit.api.get("/api/reports/steps", campaign_id=campaign_id)),
    )
    return await visit.screen(
        "campaigns/progress.html",
        active="campaigns",
        campaign=shown,
        report=report,
        bar=None if isinstance(report, UpstreamProblem) else MoneyBar.of(report),
        steps=steps,
    )


@router.get("/operations/{campaign_id}/documents/{document_id}")
async def document(visit: Person, campaign_id: UUID, document_id: UUID) -> Response:
    """A document of a step, to be saved."""
    return await visit.api.file(f"/api/campaigns/{campaign_id}/documents/{document_id}")
