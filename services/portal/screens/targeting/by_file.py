"""Clients are added by a CSV file: judged row by row first, and counted only once the report was seen."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from services.portal.filled import Filled
from services.portal.forms import Sent, SentForm, sent_form
from services.portal.frame import Person
from services.portal.screens.targeting.asking import LARGEST, MOST_SHOWN, api, said, screen, to_job
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

_FIELDS = 20


async def sent_file(form: Annotated[Sent, Depends(sent_form(files=1, fields=_FIELDS, largest_part=LARGEST))]) -> Sent:
    """The form with its file; ForeignFormError when another session made it."""
    return form.own()


@router.get("/operations/{campaign_id}/clients/fichier")
async def choose(visit: Person, campaign_id: UUID) -> Response:
    """Which columns a file has, and the field for it."""
    return await screen(visit, "by_file", campaign_id, report=None, text="", lines=[])


@router.post("/operations/{campaign_id}/clients/fichier", max_body_size=LARGEST)
async def rehearse(form: Annotated[Sent, Depends(sent_file)], campaign_id: UUID) -> Response:
    """The report of every row; nothing is kept."""
    typed, text = Filled.of(form), await _text(form)
    report: dict[str, Any] | None = None
    if not text.strip():
        typed.errors["fichier"] = form.visit.say("targeting.file_missing")
    else:
        report = await _send(form, typed, campaign_id, text, dry_run="true")
    lines = [] if report is None else [_line(form, one) for one in report["lines"][:MOST_SHOWN]]
    status = 422 if typed.is_wrong else 200
    return await screen(
        form.visit, "by_file", campaign_id, form=typed, status=status, report=report, text=text, lines=lines
    )


@router.post("/operations/{campaign_id}/clients/fichier/confirmer", max_body_size=LARGEST)
async def add(form: SentForm, campaign_id: UUID) -> Response:
    """Add what the report accepted."""
    typed, text = Filled.of(form), form.text("texte")
    report = await _send(form, typed, campaign_id, text, key=typed.value("key"))
    if report is not None:
        return to_job(campaign_id, report["job"]["job_id"])
    return await screen(form.visit, "by_file", campaign_id, form=typed, status=422, report=None, text=text, lines=[])


async def _send(form: Sent, typed: Filled, campaign_id: UUID, text: str, **params: str) -> Any:
    path, content = api(campaign_id, "/clients/csv"), text.encode()
    try:
        return (await form.visit.api.call("POST", path, params=params, content=content)).body
    except UpstreamProblem as problem:
        typed.refuse(problem, {problem.code: "fichier"} if problem.code.startswith("csv_") else None)
        return None


async def _text(form: Sent) -> str:
    """The file chosen, else what was pasted; UTF-8 or else Windows-1252, as the API reads files."""
    file = form.fields.get("fichier")
    content = await file.read() if isinstance(file, UploadFile) else b""
    if not content:
        return form.text("texte")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _line(form: Sent, skip: dict[str, Any]) -> dict[str, Any]:
    return {**skip, "said": said(form.visit, skip["reason"])}
