"""Files of the view: the list and the tree as workbooks, three printed editions; asked for, watched, taken (8.8)."""

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from services.portal.forms import SentForm
from services.portal.frame import Person, Visit
from services.portal.screens.supervision.view import Asked, View, tab
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

_EXPORTS = "/api/reports/exports"
FILES = {
    "management_list": "xlsx",
    "detail_tree": "xlsx",
    "campaign_summary": "pdf",
    "results_by_advisor": "pdf",
    "steps_by_advisor": "pdf",
}
OF_ONE_CAMPAIGN = frozenset({"campaign_summary", "steps_by_advisor"})


@router.get("/pilotage/editions")
async def editions(visit: Person, view: Asked) -> Response:
    """What can be made of this view, and my files; the files alone while one is being made."""
    return await _page(visit, view)


@router.post("/pilotage/editions")
async def ask(form: SentForm, view: Asked) -> Response:
    """Have one made."""
    what = form.text("what")
    wish = {
        "what": what,
        "format": FILES.get(what, "pdf"),
        "language": form.visit.language,
        "filters": {name: value for name, value in view.scope.items() if value},
        **view.day,
        **_shown(what, form.text("list"), form.text("nesting"), form.text("tree")),
    }
    try:
        await form.visit.api.post(_EXPORTS, wish, key=form.text("key") or None)
    except UpstreamProblem as problem:
        return await _page(form.visit, view, refusal=problem.detail, status=problem.status)
    return RedirectResponse(f"/pilotage/editions?{view.query()}", status_code=303)


@router.get("/pilotage/editions/{export_id}/fichier")
async def take(visit: Person, export_id: UUID) -> Response:
    """The file."""
    return await visit.api.file(f"{_EXPORTS}/{export_id}/file")


@router.post("/pilotage/editions/{export_id}/interrompre")
async def cancel(form: SentForm, export_id: UUID, view: Asked) -> Response:
    """Stop one."""
    await form.visit.api.post(f"{_EXPORTS}/{export_id}/cancel")
    return RedirectResponse(f"/pilotage/editions?{view.query()}", status_code=303)


def _shown(what: str, listed: str, nesting: str, tree: str) -> dict[str, Any]:
    """How the screen narrowed and ordered the list, or nested and ordered the tree, when the file was asked for."""
    if what == "detail_tree" and nesting:
        ordered = {"sort": tree.lstrip("-") or "name", "descending": tree.startswith("-")}
        return {"nesting": nesting.split(","), "tree": ordered}
    if what != "management_list":
        return {}
    chosen = dict(parse_qsl(listed))
    told = {
        "result": [chosen["resultat"]] if chosen.get("resultat") else None,
        "text": chosen.get("nom"),
        "overdue": True if chosen.get("retard") else None,
        "sort": chosen.get("tri", "client").lstrip("-"),
        "descending": chosen.get("tri", "").startswith("-"),
    }
    return {"list": {name: value for name, value in told.items() if value is not None}}


async def _page(visit: Visit, view: View, *, refusal: str | None = None, status: int = 200) -> Response:
    kinds = [(what, kind, what in OF_ONE_CAMPAIGN and view.campaign is None) for what, kind in FILES.items()]
    return await tab(
        visit,
        view,
        "editions",
        {"found": visit.api.get(_EXPORTS, limit=20)},
        status=status,
        kinds=kinds,
        refusal=refusal,
        new_key=lambda: uuid4().hex,
    )
