"""A job on a campaign's clients: how far it is, what had no effect and why, and an end to what is left of it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.forms import SentForm
from services.portal.frame import Person, Visit
from services.portal.parts import or_problem
from services.portal.screens.targeting.asking import MOST_SHOWN, api, said, screen

router = APIRouter(include_in_schema=False)
After = Annotated[str | None, Query(alias="apres", max_length=100)]


@router.get("/operations/{campaign_id}/travaux")
async def listing(visit: Person, campaign_id: UUID, after: After = None) -> Response:
    """The jobs of the campaign that one may see, the latest first."""
    page = visit.api.get(api(campaign_id, "/jobs"), after=after, limit=50)
    return await screen(visit, "jobs", campaign_id, page=page, after=after)


@router.get("/operations/{campaign_id}/travaux/{job_id}")
async def job(visit: Person, campaign_id: UUID, job_id: UUID, after: After = None) -> Response:
    """The job with what had no effect; as a part, its card alone until it has ended."""
    found = await visit.api.get(api(campaign_id, f"/jobs/{job_id}"), limit=0)
    path = f"/operations/{campaign_id}"
    if visit.is_fragment:
        # Once it has ended, the page has more to show than its card.
        headers = {"HX-Refresh": "true"} if found["state"] == "DONE" else None
        return visit.page("targeting/card.html", headers=headers, job=found, done=done_of(found), path=path)
    return await screen(
        visit,
        "job",
        campaign_id,
        job=found,
        done=done_of(found),
        skips=or_problem(_skips(visit, campaign_id, job_id, after)),
        after=after,
    )


@router.post("/operations/{campaign_id}/travaux/{job_id}/interrompre")
async def cancel(form: SentForm, campaign_id: UUID, job_id: UUID) -> Response:
    """Leave out what is not done yet."""
    await form.visit.api.post(api(campaign_id, f"/jobs/{job_id}/cancel"))
    return RedirectResponse(f"/operations/{campaign_id}/travaux/{job_id}", status_code=303)


@router.get("/operations/{campaign_id}/travaux/{job_id}/sans-effet.csv")
async def skipped(visit: Person, campaign_id: UUID, job_id: UUID) -> Response:
    """All that had no effect, as a file."""
    return await visit.api.file(api(campaign_id, f"/jobs/{job_id}/skips.csv"))


def done_of(found: dict[str, Any]) -> int:
    """How many of the job's clients are dealt with, one way or the other."""
    if found["state"] == "DONE":
        return int(found["total"])
    ended = max(found["started"] or 0, found["decided"] or 0)
    return min(int(found["total"]), int(found["skipped"]) + ended)


async def _skips(visit: Visit, campaign_id: UUID, job_id: UUID, after: str | None) -> dict[str, Any]:
    page = await visit.api.get(api(campaign_id, f"/jobs/{job_id}/skips"), after=after, limit=MOST_SHOWN)
    return {**page, "items": [{**one, "said": said(visit, one["reason"])} for one in page["items"]]}
