"""A campaign is copied, archived, brought back or deleted, each on a page that says what then happens (spec 2.7)."""

import uuid
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import AnyForm, Sent
from services.portal.frame import Person, Visit
from services.portal.screens.campaigns.reading import read_day
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

End = Literal["archiver", "desarchiver", "supprimer"]
_FIELD_OF = {"end_before_start": "end", "date_missing": "start", "name_missing": "name", "name_too_long": "name"}


def _end_in(request: Request) -> str:
    return request.url.path.rpartition("/")[2]


Asked = Annotated[End, Depends(_end_in)]


@router.get("/operations/{campaign_id}/dupliquer")
async def copy_form(visit: Person, campaign_id: UUID) -> Response:
    """The form of a copy."""
    return await _copy_page(visit, str(campaign_id), Filled())


@router.post("/operations/{campaign_id}/dupliquer")
async def copy(form: AnyForm, campaign_id: UUID) -> Response:
    """Make the copy; its page follows."""
    visit, filled = form.visit, Filled.of(form)
    body = {
        "key": form.text("key") or None,
        "name": form.text("name") or None,
        "start_date": read_day(filled, "start", visit.say, required=True),
        "end_date": read_day(filled, "end", visit.say, required=True),
        "clients": bool(form.text("clients")),
    }
    if not form.trusted:
        filled.refusal = visit.say("error.form_expired")
    if filled.is_wrong:
        return await _copy_page(visit, str(campaign_id), filled, status=422)
    try:
        made = await visit.api.post(f"/api/campaigns/{campaign_id}/duplicate", body)
    except UpstreamProblem as problem:
        explain(filled, problem, visit)
        return await _copy_page(visit, str(campaign_id), filled, status=problem.status)
    return RedirectResponse(f"/operations/{made.body['campaign_id']}?fait=duplicated", status_code=303)


@router.get("/operations/{campaign_id}/archiver")
@router.get("/operations/{campaign_id}/desarchiver")
@router.get("/operations/{campaign_id}/supprimer")
async def ask(visit: Person, campaign_id: UUID, end: Asked) -> Response:
    """What would happen, before it does."""
    return await _confirm_page(visit, str(campaign_id), end, Filled())


@router.post("/operations/{campaign_id}/archiver")
@router.post("/operations/{campaign_id}/desarchiver")
@router.post("/operations/{campaign_id}/supprimer")
async def close(form: AnyForm, campaign_id: UUID, end: Asked) -> Response:
    """Do it, or say what stands in the way."""
    visit, filled = form.visit, Filled.of(form)
    if not form.trusted:
        filled.refusal = visit.say("error.form_expired")
        return await _confirm_page(visit, str(campaign_id), end, filled, status=403)
    try:
        await _act(form, str(campaign_id), end)
    except UpstreamProblem as problem:
        filled.refuse(problem)
        return await _confirm_page(visit, str(campaign_id), end, filled, status=problem.status)
    if end == "supprimer":
        return RedirectResponse("/operations?fait=deleted", status_code=303)
    told = {"archiver": "archived", "desarchiver": "unarchived"}[end]
    return RedirectResponse(f"/operations/{campaign_id}?fait={told}", status_code=303)


def explain(filled: Filled, problem: UpstreamProblem, visit: Visit) -> None:
    """Say what was refused at its field where that is known."""
    filled.refuse(problem, _FIELD_OF)
    if problem.outcome_unknown:
        filled.refusal = visit.say("form.unavailable")


async def _act(form: Sent, campaign_id: str, end: End) -> None:
    api = form.visit.api
    version = form.text("version") or None
    match end:
        case "archiver":
            await api.call("POST", f"/api/campaigns/{campaign_id}/archive", version=version)
        case "desarchiver":
            await api.call("POST", f"/api/campaigns/{campaign_id}/unarchive", version=version)
        case "supprimer":
            await api.call("DELETE", f"/api/campaigns/{campaign_id}", version=version)


async def _confirm_page(visit: Visit, campaign_id: str, end: End, filled: Filled, *, status: int = 200) -> Response:
    found = await visit.api.call("GET", f"/api/campaigns/{campaign_id}")
    return await visit.screen(
        "campaigns/confirm.html",
        status=status,
        active="campaigns",
        campaign=found.body,
        version=found.version,
        end=end,
        form=filled,
    )


async def _copy_page(visit: Visit, campaign_id: str, filled: Filled, *, status: int = 200) -> Response:
    campaign = await visit.api.get(f"/api/campaigns/{campaign_id}")
    return await visit.screen(
        "campaigns/duplicate.html",
        status=status,
        active="campaigns",
        campaign=campaign,
        form=filled,
        new_key=uuid.uuid4().hex,
    )
