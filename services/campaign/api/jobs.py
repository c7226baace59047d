"""Jobs on campaigns' clients: how far they are, what had no effect and why, and an end to what is left of them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from services.campaign.api.door import CampaignId, Door, JobId, TheDoor, cursor_of, place_with_id_of
from services.campaign.ports import Job, Skipped
from services.campaign.schemas.jobs import JobPage, JobSummary, Skip, SkipPage, TargetingJob
from services.campaign.use_cases import see_jobs
from services.campaign.use_cases.see_jobs import AwayError, Before, Place
from shared.rulebook.access import Principal
from shared.runtime.csv_files import MARK, text_of
from shared.runtime.errors import language_of
from shared.runtime.messages import MESSAGES, Language
from shared.runtime.problems import HTTPProblem
from shared.runtime.security import CurrentPrincipal

router = APIRouter(prefix="/api/campaigns", tags=["jobs on clients"])
After = Annotated[str | None, Query(max_length=2000)]
_PLACE = "^-([0-9]{1,9}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$"
_AT_ONCE = 1_000
"""Rows of a report read and sent together: all that it holds in memory."""
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The items, a header row first"}
}
_HEADERS: dict[Language, tuple[str, ...]] = {
    "fr": ("position", "client", "code", "motif", "précision"),
    "en": ("position", "client", "code", "reason", "detail"),
}


@router.get("/jobs")
async def list_my_jobs(
    door: TheDoor, reader: CurrentPrincipal, after: After = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> JobPage:
    """The reader's own jobs on all campaigns, the latest first."""
    return _page(await see_jobs.mine(door.desk, reader, before=_before(after), limit=limit + 1), limit)


@router.get("/{campaign_id}/jobs")
async def list_jobs(
    campaign_id: CampaignId,
    door: TheDoor,
    reader: CurrentPrincipal,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JobPage:
    """The campaign's jobs, the latest first: all of them for who may change it, else the reader's own."""
    found = await see_jobs.of_campaign(door.desk, reader, campaign_id, before=_before(after), limit=limit + 1)
    return _page(found, limit)


@router.get("/{campaign_id}/jobs/{job_id}")
async def show_job(
    campaign_id: CampaignId,
    job_id: JobId,
    door: TheDoor,
    reader: CurrentPrincipal,
    *,
    after: Annotated[int, Query(ge=0, le=2_147_483_647)] = 0,
    limit: Annotated[int, Query(ge=0, le=1000)] = 100,
) -> TargetingJob:
    """How far the job is, and the first items it skipped after position `after`, with why."""
    return TargetingJob.seen(await see_jobs.job(door.desk, reader, campaign_id, job_id, after=after, limit=limit))


@router.get("/{campaign_id}/jobs/{job_id}/skips")
async def list_skips(
    campaign_id: CampaignId,
    job_id: JobId,
    *,
    door: TheDoor,
    reader: CurrentPrincipal,
    after: Annotated[str | None, Query(pattern=_PLACE)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> SkipPage:
    """The items without effect: those skipped here in the order of the call, then those their follow-ups refused."""
    items, following = await _skips(door, reader, campaign_id, job_id, _place(after), limit)
    return SkipPage(items=[Skip.of(one) for one in items], next=None if following is None else f"-{following}")


@router.get("/{campaign_id}/jobs/{job_id}/skips.csv", response_class=StreamingResponse, responses=_CSV)
async def export_skips(
    campaign_id: CampaignId, job_id: JobId, door: TheDoor, reader: CurrentPrincipal, request: Request
) -> StreamingResponse:
    """The same as a file that a spreadsheet opens, with the reasons in the reader's language."""
    first = await _skips(door, reader, campaign_id, job_id, None, _AT_ONCE)
    language = language_of(request)

    async def lines() -> AsyncIterator[str]:
        yield MARK + text_of([_HEADERS[language]], language)
        items, following = first
        yield _lines(items, language)
        while following is not None:
            items, following = await _skips(door, reader, campaign_id, job_id, following, _AT_ONCE)
            yield _lines(items, language)

    headers = {"Content-Disposition": 'attachment; filename="skipped.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/{campaign_id}/jobs/{job_id}/cancel")
async def cancel_job(campaign_id: CampaignId, job_id: JobId, door: TheDoor, asker: CurrentPrincipal) -> JobSummary:
    """What is left of the job is skipped as `cancelled`; what was accepted stays."""
    cancelled = await see_jobs.cancel(door.desk, asker, campaign_id, job_id)
    door.written()
    return JobSummary.of(cancelled)


async def _skips(  # noqa: PLR0917  private, and each is something else
    door: Door, reader: Principal, campaign_id: str, job_id: str, after: Place, limit: int
) -> tuple[Sequence[Skipped], Place]:
    try:
        return await see_jobs.without_effect(door.desk, reader, campaign_id, job_id, after=after, limit=limit)
    except AwayError:
        raise HTTPProblem(503, "service_unavailable") from None


def _page(found: Sequence[Job], limit: int) -> JobPage:
    last = found[limit - 1] if len(found) > limit else None
    return JobPage(
        items=[JobSummary.of(job) for job in found[:limit]],
        next=None if last is None else cursor_of((last.asked_at.isoformat(), last.job_id)),
    )


def _before(cursor: str | None) -> Before:
    place = place_with_id_of(cursor)
    if place is None:
        return None
    try:
        asked_at = datetime.fromisoformat(place[0])
    except ValueError:
        raise HTTPProblem(422, "cursor_invalid") from None
    if asked_at.tzinfo is None:
        raise HTTPProblem(422, "cursor_invalid")
    return asked_at, place[1]


def _place(cursor: str | None) -> Place:
    if cursor is None:
        return None
    text = cursor.removeprefix("-")
    return int(text) if text.isdigit() else text


def _lines(items: Sequence[Skipped], language: Language) -> str:
    return text_of(
        [(one.position, one.client, one.reason, _said(one, language), one.detail) for one in items], language
    )


def _said(skipped: Skipped, language: Language) -> str:
    """The reason in words, where they need no value that is not known here."""
    sentence = MESSAGES.get(skipped.reason, ("", ""))[language == "en"]
    return "" if "{" in sentence else sentence
