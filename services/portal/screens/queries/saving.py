"""Queries are saved, renamed, shared and taken out by their owners; others run them, or save a copy."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import Sent, SentForm
from services.portal.frame import Person
from services.portal.screens.queries.building import LARGEST, After, Name, Shared, Text, sheet_of, told
from services.portal.screens.queries.sheet import QUERIES, Sheet, refuse, show
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

_CHANGED_MEANWHILE = 412
Done = Annotated[Literal["enregistree"] | None, Query(alias="fait")]


@router.get("/requetes/{query_id}")
async def saved(  # noqa: PLR0917  each is a parameter of the query
    visit: Person,
    query_id: UUID,
    text: Text = None,
    name: Name = None,
    shared: Shared = None,
    after: After = None,
    done: Done = None,
) -> Response:
    """A saved query, as it is or with what the address changes of it."""
    given = {"filtre": text, "nom": name, "partage": shared}
    form = Filled({field: value for field, value in given.items() if value is not None})
    sheet = await sheet_of(visit, form, str(query_id))
    sheet.after, sheet.done = after, done
    return await show(visit, sheet)


@router.post("/requetes", max_body_size=LARGEST)
async def save(form: SentForm) -> Response:
    """Save it as a query of one's own."""
    sheet = await sheet_of(form.visit, Filled.of(form), form.text("requete"), form.text("version"))
    if not _is_whole(form, sheet):
        return await show(form.visit, sheet)
    try:
        answer = await form.visit.api.post(QUERIES, _body(form))
    except UpstreamProblem as problem:
        return await _refused(form, sheet, problem)
    return told(Sheet(sheet.form, saved=answer.body), "enregistree")


@router.post("/requetes/{query_id}", max_body_size=LARGEST)
async def change(form: SentForm, query_id: UUID) -> Response:
    """Save over it; when it was saved in between, what stands there now is shown beside what was typed."""
    sheet = await sheet_of(form.visit, Filled.of(form), str(query_id), form.text("version"))
    if not _is_whole(form, sheet):
        return await show(form.visit, sheet)
    try:
        await form.visit.api.call("PUT", f"{QUERIES}/{query_id}", body=_body(form), version=form.text("version"))
    except UpstreamProblem as problem:
        if problem.status == _CHANGED_MEANWHILE:
            return await _conflict(form, sheet)
        return await _refused(form, sheet, problem)
    return told(sheet, "enregistree")


@router.post("/requetes/{query_id}/supprimer")
async def remove(form: SentForm, query_id: UUID) -> Response:
    """Take it out."""
    await form.visit.api.call("DELETE", f"{QUERIES}/{query_id}")
    return RedirectResponse("/requetes?supprimee=true", status_code=303)


def _body(form: Sent) -> dict[str, Any]:
    return {"name": form.text("nom"), "filter": form.text("filtre"), "shared_with": form.text("partage") or None}


def _is_whole(form: Sent, sheet: Sheet) -> bool:
    if not form.text("filtre"):
        sheet.form.errors["filtre"] = form.visit.say("queries.empty")
    if not form.text("nom"):
        sheet.form.errors["nom"] = form.visit.say("queries.name_missing")
    return not sheet.form.is_wrong


async def _refused(form: Sent, sheet: Sheet, problem: UpstreamProblem) -> Response:
    refuse(sheet, problem)
    return await show(form.visit, sheet, status=problem.status)


async def _conflict(form: Sent, sheet: Sheet) -> Response:
    present = await form.visit.api.call("GET", f"{QUERIES}/{form.text('requete')}")
    say, query = form.visit.say, present.body
    sheet.version = present.version or ""
    sheet.form.refusal = say(
        "queries.changed_meanwhile",
        at=form.visit.formats.moment(query["changed_at"]),
        name=query["name"],
        text=query["text"],
    )
    return await show(form.visit, sheet, status=_CHANGED_MEANWHILE)
