"""Jobs over many follow-ups: tried, started, watched, stopped and undone; with a receipt."""

import csv
import io
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from services.followup.api.commands import IdempotencyKey
from services.followup.api.paths import UuidText
from services.followup.ports import ItemOutcome, Job, Jobs
from services.followup.schemas.jobs import (
    MAX_BODY_BYTES,
    DryRunOut,
    ItemOut,
    ItemsPage,
    JobIn,
    JobOut,
    JobsPage,
    UndoIn,
)
from services.followup.use_cases.jobs import AskJobs
from services.followup.use_cases.take_signals import fingerprint
from shared.rulebook.access import Principal
from shared.rulebook.errors import Invalid, NotVisible
from shared.runtime.security import CurrentPrincipal

_CURSOR = re.compile(r"(?P<at>[0-9T:.+Z-]{19,40})\|(?P<id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_Uuid = Annotated[str | None, Query(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
_COLUMNS = list(ItemOut.model_fields)
_PIECE = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def job_routes(ask: AskJobs, jobs: Jobs) -> APIRouter:
    """The routes; they come before those of single follow-ups, whose paths are wider."""
    router = APIRouter(prefix="/api/followups/jobs", tags=["jobs"])

    @router.post("/dry-run", max_body_size=MAX_BODY_BYTES)
    async def dry_run(body: JobIn, asker: CurrentPrincipal) -> DryRunOut:
        """What the job would do if it were started now: how many, how many not and why, and the sum."""
        tried = await ask.dry_run(asker, body.order())
        return DryRunOut(
            would_do=tried.would_do,
            refused=dict(tried.refused),
            recorded=tried.recorded,
            not_recorded=tried.not_recorded,
        )

    @router.post("", status_code=202, max_body_size=MAX_BODY_BYTES)
    async def start(
        body: JobIn, asker: CurrentPrincipal, response: Response, idempotency_key: IdempotencyKey = None
    ) -> JobOut:
        """Start it: up to 100,000 follow-ups. The same Idempotency-Key and content again is the same job."""
        content = fingerprint(body.model_dump(mode="json"))
        job = await ask.start(asker, body.order(), key=idempotency_key, content=content)
        response.headers["Location"] = f"/api/followups/jobs/{job.job_id}"
        return JobOut.of(job)

    @router.get("")
    async def list_jobs(
        reader: CurrentPrincipal,
        after: Annotated[str | None, Query(max_length=100)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> JobsPage:
        """The reader's own jobs and those of people whose campaigns the reader manages, latest first."""
        found = await jobs.page(reader, after=_place(after), limit=limit)
        last = found[-1] if len(found) == limit else None
        return JobsPage(
            items=[JobOut.of(job) for job in found],
            next=None if last is None else f"{last.asked_at.isoformat().replace('+00:00', 'Z')}|{last.job_id}",
        )

    @router.get("/{job_id}")
    async def show(job_id: UuidText, reader: CurrentPrincipal) -> JobOut:
        """How far the job is."""
        return JobOut.of(await _seen(jobs, reader, job_id))

    @router.get("/{job_id}/items")
    async def items(
        job_id: UuidText,
        reader: CurrentPrincipal,
        outcome: ItemOutcome | None = None,
        after: _Uuid = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> ItemsPage:
        """The receipt, item by item."""
        await _seen(jobs, reader, job_id)
        found = await jobs.shown_items(reader, job_id, after=after, limit=limit, outcome=outcome)
        return ItemsPage(
            items=[ItemOut.of(one) for one in found],
            next=found[-1].item.follow_up_id if len(found) == limit else None,
        )

    @router.get("/{job_id}/receipt.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
    async def receipt(job_id: UuidText, reader: CurrentPrincipal) -> StreamingResponse:
        """The whole receipt as a file; no cell of it begins a formula."""
        await _seen(jobs, reader, job_id)
        return StreamingResponse(
            _rows(jobs, reader, job_id),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="receipt-{job_id}.csv"'},
        )

    @router.post("/{job_id}/cancel")
    async def cancel(job_id: UuidText, asker: CurrentPrincipal) -> JobOut:
        """Stop it; what is done stays done."""
        return JobOut.of(await ask.cancel(asker, job_id))

    @router.post("/{job_id}/undo", status_code=202)
    async def undo(job_id: UuidText, body: UndoIn, asker: CurrentPrincipal, response: Response) -> JobOut:
        """Undo what nobody touched since; the others are listed as touched. Once only."""
        job = await ask.undo(asker, job_id, body.reason)
        response.headers["Location"] = f"/api/followups/jobs/{job.job_id}"
        return JobOut.of(job)

    return router


async def _seen(jobs: Jobs, reader: Principal, job_id: str) -> Job:
    job = await jobs.seen(reader, job_id)
    if job is None:
        raise NotVisible("job_unknown")
    return job


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    found = _CURSOR.fullmatch(cursor)
    try:
        at = datetime.fromisoformat(found["at"]) if found else None
    except ValueError:
        at = None
    if found is None or at is None or at.tzinfo is None:
        raise Invalid("cursor_invalid")
    return at, found["id"]


async def _rows(jobs: Jobs, reader: Principal, job_id: str) -> AsyncIterator[str]:
    """Piece by piece, so that 100,000 rows take no room; the mark in front tells spreadsheets the encoding."""
    yield "\ufeff" + _line(_COLUMNS)
    after: str | None = None
    while True:
        found = await jobs.shown_items(reader, job_id, after=after, limit=_PIECE)
        shown = [ItemOut.of(one).model_dump(mode="json") for one in found]
        yield "".join(_line([row[name] for name in _COLUMNS]) for row in shown)
        if len(found) < _PIECE:
            return
        after = found[-1].item.follow_up_id


def _line(values: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerow(["" if value is None else _harmless(str(value)) for value in values])
    return out.getvalue()


def _harmless(text: str) -> str:
    """A cell that a spreadsheet reads as text, whatever a client is called."""
    return f"'{text}" if text.startswith(_FORMULA) else text
