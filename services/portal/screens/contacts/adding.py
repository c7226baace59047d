"""A campaign is given to a client from the client's page; one lands on its characteristics (spec 3.1)."""

import uuid
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import AnyForm
from services.portal.frame import Person, Visit
from services.portal.screens.contacts.client import client_page
from services.portal.upstream import UpstreamProblem
from shared.runtime import messages

router = APIRouter(include_in_schema=False)


@router.post("/contacts/{client_id}/operations")
async def add(form: AnyForm, client_id: UUID) -> Response:
    """Give the client the campaign chosen; the page comes back with the reason when it may not be given."""
    visit, filled, client = form.visit, Filled.of(form), str(client_id)
    campaign = form.text("campaign_id")
    if not form.trusted:
        filled.refusal = visit.say("error.form_expired")
        return await client_page(visit, client, form=filled, status=403)
    if not _is_uuid(campaign):
        filled.errors["campaign_id"] = visit.say("contacts.choose_campaign")
        return await client_page(visit, client, form=filled, status=422)
    wanted = {"key": form.text("key") or uuid.uuid4().hex, "clients": [{"client_id": client}]}
    try:
        answer = await visit.api.post(f"/api/campaigns/{campaign}/clients", wanted)
    except UpstreamProblem as problem:
        filled.refuse(problem)
        return await client_page(visit, client, form=filled, status=problem.status)
    return await _landed(visit, client, campaign, answer.body, filled)


@router.get("/contacts/{client_id}/operations/{campaign_id}/{job_id}")
async def added(visit: Person, client_id: UUID, campaign_id: UUID, job_id: UUID) -> Response:
    """What became of it, while it takes more than a moment; it leads on once it is done."""
    job = await visit.api.get(f"/api/campaigns/{campaign_id}/jobs/{job_id}")
    return await _landed(visit, str(client_id), str(campaign_id), job, Filled())


async def _landed(visit: Visit, client: str, campaign: str, job: dict[str, Any], filled: Filled) -> Response:
    for skip in job["skips"]:
        # Being in it already is what was wanted: one is led to the follow-up that there is.
        if skip["reason"] != "already_targeted":
            filled.refusal = messages.say(skip["reason"], visit.language, {}, status=409)
            return await client_page(visit, client, form=filled, status=409)
    found = await visit.api.get("/api/followups", client_id=client, campaign_id=campaign, limit=1)
    if found["items"]:
        return _to(visit, f"/suivis/{found['items'][0]['follow_up_id']}?onglet=caracteristiques")
    address = f"/contacts/{client}/operations/{campaign}/{job['job_id']}"
    if visit.request.method == "POST":
        return _to(visit, address)
    return await visit.screen(
        "contacts/adding_job.html" if visit.is_fragment else "contacts/adding.html",
        active="contacts",
        address=address,
        client_id=client,
    )


def _to(visit: Visit, address: str) -> Response:
    if visit.is_fragment:
        return Response(status_code=200, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
