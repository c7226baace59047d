"""The query in the making: its text is checked, the clients are counted and listed, and a file holds them all."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import SentForm
from services.portal.frame import Person, Visit
from services.portal.screens.queries.sheet import LONGEST_SHOWN, QUERIES, Sheet, address, refuse, saved_fields, show
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

LARGEST = 4 << 20
Text = Annotated[str | None, Query(alias="filtre", max_length=LONGEST_SHOWN)]
Name = Annotated[str | None, Query(alias="nom", max_length=200)]
Shared = Annotated[str | None, Query(alias="partage", max_length=100)]
After = Annotated[str | None, Query(alias="apres", max_length=2000)]


@router.get("/requetes/nouvelle")
async def new(
    visit: Person, text: Text = None, name: Name = None, shared: Shared = None, after: After = None
) -> Response:
    """A query not saved yet."""
    values = {"filtre": text or "", "nom": name or "", "partage": shared or ""}
    return await show(visit, Sheet(Filled(values), after=after))


@router.post("/requetes/voir", max_body_size=LARGEST)
async def look(form: SentForm) -> Response:
    """The page with what was typed in its address; what does not fit there has to be saved first."""
    sheet = await sheet_of(form.visit, Filled.of(form), form.text("requete"), form.text("version"))
    if not sheet.text:
        sheet.form.errors["filtre"] = form.visit.say("queries.empty")
    elif len(sheet.text) > LONGEST_SHOWN and not sheet.is_saved:
        await _check(form.visit, sheet)
    else:
        return RedirectResponse(sheet.address, status_code=303)
    return await show(form.visit, sheet)


@router.post("/requetes/export", max_body_size=LARGEST)
async def export(form: SentForm) -> Response:
    """All clients found, as a file."""
    return await form.visit.api.file(f"{QUERIES}/export", asking={"filter": form.text("filtre")})


async def sheet_of(visit: Visit, form: Filled, query_id: str, version: str = "") -> Sheet:
    """The sheet of a form; with the saved query that it is about, if any. UpstreamProblem when that one is gone."""
    if not query_id:
        return Sheet(form)
    answer = await visit.api.call("GET", f"{QUERIES}/{query_id}")
    kept = saved_fields(answer.body)
    form.values = {**kept, **form.values}
    return Sheet(form, saved=answer.body, version=version or answer.version or "")


async def _check(visit: Visit, sheet: Sheet) -> None:
    try:
        await visit.api.post(f"{QUERIES}/check", {"filter": sheet.text})
    except UpstreamProblem as problem:
        refuse(sheet, problem)
    else:
        sheet.form.refusal = visit.say("queries.too_long")


def told(sheet: Sheet, done: str) -> Response:
    """To the page of the query, with what was done to it."""
    return RedirectResponse(address(sheet.home, fait=done), status_code=303)
