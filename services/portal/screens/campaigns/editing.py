"""A campaign is created and changed on one sheet, without scripts too; what a change does is shown first (spec 2.4)."""

import asyncio
import uuid
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import Sent, sent_form
from services.portal.frame import Person, Visit
from services.portal.screens.campaigns.changing import Change, Conflict, conflict_with, weigh
from services.portal.screens.campaigns.definition import definition_of, explain
from services.portal.screens.campaigns.sheet import KINDS, STEPS, blank, of_campaign, press
from services.portal.screens.campaigns.uploading import attach_all, files_of
from services.portal.upstream import Answer, UpstreamProblem

router = APIRouter(include_in_schema=False)

_LARGEST = 64 << 20
_MOST_FIELDS = 50_000
"""A hundred steps, each with its checklist, are some thousand fields."""
_MOST_FILES = 200
_OWNERS = 200
_CHANGED_MEANWHILE = 412


Sheet = Annotated[Sent, Depends(sent_form(files=_MOST_FILES, fields=_MOST_FIELDS))]


@router.get("/operations/nouvelle")
async def new(visit: Person) -> Response:
    """An empty sheet."""
    return await _page(visit, blank(visit.signed_in.user_id), None)


@router.post("/operations/nouvelle", max_body_size=_LARGEST)
async def create(form: Sheet) -> Response:
    """Create the campaign, then attach the files that came along."""
    visit, sheet = form.visit, Filled.of(form)
    if (look := press(sheet, form.text("do"))) is not None:
        return await _page(visit, sheet, None, look=look)
    wanted = definition_of(sheet, visit.say)
    if not _may_go_on(form, sheet):
        return await _page(visit, sheet, None, status=422 if form.trusted else 403)
    try:
        made = await visit.api.post("/api/campaigns", {**wanted, "key": form.text("key") or uuid.uuid4().hex})
    except UpstreamProblem as problem:
        explain(sheet, problem, visit.say)
        return await _page(visit, sheet, None, status=problem.status)
    path = f"/operations/{made.body['campaign_id']}"
    if files_of(form) and not await _attached(form, sheet, made):
        return RedirectResponse(f"{path}/modifier?documents=refuses", status_code=303)
    return RedirectResponse(f"{path}?fait=created", status_code=303)


@router.get("/operations/{campaign_id}/modifier")
async def edit(visit: Person, campaign_id: UUID) -> Response:
    """The sheet as the campaign is now."""
    found = await visit.api.call("GET", f"/api/campaigns/{campaign_id}")
    sheet = of_campaign(found.body, visit.formats)
    if visit.request.query_params.get("documents") == "refuses":
        sheet.refusal = visit.say("editor.documents_refused")
    return await _page(visit, sheet, found)


@router.post("/operations/{campaign_id}/modifier", max_body_size=_LARGEST)
async def change(form: Sheet, campaign_id: UUID) -> Response:
    """Save the change, once what it does was shown where it does something."""
    visit, sheet = form.visit, Filled.of(form)
    found = await visit.api.call("GET", f"/api/campaigns/{campaign_id}")
    if form.trusted:
        await attach_all(form, sheet, str(campaign_id))
    if (look := press(sheet, form.text("do"))) is not None:
        return await _page(visit, sheet, found, look=look, version=form.text("version"))
    wanted = definition_of(sheet, visit.say)
    if not _may_go_on(form, sheet):
        return await _page(visit, sheet, found, status=422 if form.trusted else 403, version=form.text("version"))
    if form.text("version") != found.version:
        return await _changed_meanwhile(visit, sheet, found, form.text("version"))
    return await _weighed_and_saved(form, sheet, found, wanted)


async def _weighed_and_saved(form: Sent, sheet: Filled, found: Answer, wanted: dict[str, Any]) -> Response:
    visit, path = form.visit, f"/api/campaigns/{found.body['campaign_id']}"
    try:
        weighed = await weigh(visit, found, wanted)
        if form.text("do") == "preview" or weighed.is_to_be_shown(form.text("previewed")):
            return await _page(visit, sheet, found, weighed=weighed)
        await visit.api.call("PUT", path, body=wanted, version=found.version)
    except UpstreamProblem as problem:
        if problem.status == _CHANGED_MEANWHILE:
            return await _changed_meanwhile(visit, sheet, await visit.api.call("GET", path), str(found.version))
        explain(sheet, problem, visit.say)
        return await _page(visit, sheet, found, status=problem.status)
    return RedirectResponse(f"/operations/{found.body['campaign_id']}?fait=saved", status_code=303)


def _may_go_on(form: Sent, sheet: Filled) -> bool:
    if not form.trusted:
        sheet.refusal = form.visit.say("error.form_expired")
    return not sheet.is_wrong


async def _attached(form: Sent, sheet: Filled, made: Answer) -> bool:
    """Whether the files of a campaign that was just created are its steps' documents now."""
    path = f"/api/campaigns/{made.body['campaign_id']}"
    await attach_all(form, sheet, made.body["campaign_id"])
    wanted = definition_of(sheet, form.visit.say)
    if sheet.is_wrong:
        return False
    try:
        await form.visit.api.call("PUT", path, body=wanted, version=made.version)
    except UpstreamProblem:
        return False
    return True


async def _changed_meanwhile(visit: Visit, sheet: Filled, now: Answer, seen: str) -> Response:
    conflict = await conflict_with(visit, now.body, seen)
    return await _page(visit, sheet, now, status=_CHANGED_MEANWHILE, conflict=conflict)


async def _page(
    visit: Visit,
    sheet: Filled,
    found: Answer | None,
    *,
    status: int = 200,
    look: str | None = None,
    version: str | None = None,
    weighed: Change | None = None,
    conflict: Conflict | None = None,
) -> Response:
    """The sheet; `look` is the element that is looked at next, `version` the one that was edited."""
    owners, _ = await asyncio.gather(
        visit.api.get_or_none("/api/directory/users", manage_campaigns="true", limit=_OWNERS), visit.around()
    )
    campaign = None if found is None else found.body
    choices = {} if owners is None else {one["user_id"]: one["name"] for one in owners["items"]}
    if campaign is not None:
        choices.setdefault(campaign["owner_id"], campaign["owner_name"] or campaign["owner_id"])
    else:
        choices.setdefault(visit.signed_in.user_id, visit.signed_in.name)
    return await visit.screen(
        "campaigns/edit.html",
        status=status,
        active="campaigns",
        campaign=campaign,
        form=sheet,
        steps=list(sheet.lists.get(STEPS, ())),
        kinds=KINDS,
        owners=sorted(choices.items(), key=lambda item: item[1]),
        version=version or (None if found is None else found.version),
        key=sheet.value("key") or uuid.uuid4().hex,
        look=look,
        weighed=weighed,
        conflict=conflict,
        empty=Filled(),
    )
