"""Conclude many: one conclusion for all that were chosen, tried first, then a job with receipt and undo (5.10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import SentForm
from services.portal.frame import Person, Visit
from services.portal.screens.supervision.management import listed
from services.portal.screens.supervision.view import Asked, View
from services.portal.upstream import UpstreamProblem
from shared.rulebook.errors import Invalid
from shared.rulebook.money import parse_money
from shared.runtime import messages

router = APIRouter(include_in_schema=False)

_JOBS = "/api/followups/jobs"
KINDS = ("SALE", "SIGNATURE", "REFUSAL", "NO_DECISION")
_FIELD_OF = {
    "amount_without_success": "amount",
    "amount_negative": "amount",
    "conclusion_date_out_of_range": "on",
    "in_the_future": "on",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Follow-ups by id, or all OPEN ones of a filtered list as the job knows them; how many, and if there are more."""

    number: int
    ids: tuple[str, ...] = ()
    filter: Mapping[str, str] | None = None
    more: bool = False

    @property
    def asked(self) -> dict[str, Any]:
        """As the job is asked."""
        return {"ids": self.ids} if self.filter is None else {"filter": dict(self.filter)}


@router.post("/pilotage/conclure")
async def conclude(form: SentForm, view: Asked) -> Response:
    """The form for the clients chosen; what it would do; or the job."""
    visit, filled = form.visit, Filled.of(form)
    chosen = await _chosen(form, view)
    if not form.text("act"):
        return await _page(visit, view, Filled({"list": form.text("list")}), chosen)
    order = _order(filled, chosen, visit)
    if filled.is_wrong:
        return await _page(visit, view, filled, chosen, status=422)
    try:
        if form.text("act") == "try":
            tried = await visit.api.post(f"{_JOBS}/dry-run", order)
            return await _page(visit, view, filled, chosen, tried=tried.body)
        job = await visit.api.post(_JOBS, order, key=form.text("key") or None)
    except UpstreamProblem as problem:
        filled.refuse(problem, _FIELD_OF)
        return await _page(visit, view, filled, chosen, status=problem.status)
    return RedirectResponse(f"/pilotage/travaux/{job.body['id']}", status_code=303)


@router.get("/pilotage/conclure")
async def nobody_chosen(_: Person, view: Asked) -> Response:
    """Back to the list: who is to be concluded is not part of an address."""
    query = view.query()
    return RedirectResponse(f"/pilotage?{query}" if query else "/pilotage", status_code=303)


@router.get("/pilotage/travaux/{job_id}")
async def job(visit: Person, job_id: UUID) -> Response:
    """How far a job is, and what became of it; its card alone while the page waits."""
    shown = await visit.api.get(f"{_JOBS}/{job_id}")
    template = "supervision/job_part.html" if visit.is_fragment else "supervision/job.html"
    return await visit.screen(template, active="supervision", job=shown)


@router.post("/pilotage/travaux/{job_id}/interrompre")
async def cancel(form: SentForm, job_id: UUID) -> Response:
    """Do no more of it."""
    await form.visit.api.post(f"{_JOBS}/{job_id}/cancel")
    return RedirectResponse(f"/pilotage/travaux/{job_id}", status_code=303)


@router.post("/pilotage/travaux/{job_id}/annuler")
async def undo(form: SentForm, job_id: UUID) -> Response:
    """Undo what nobody touched since."""
    reason = form.text("reason") or form.visit.say("concluding.undo_reason")
    await form.visit.api.post(f"{_JOBS}/{job_id}/undo", {"reason": reason})
    return RedirectResponse(f"/pilotage/travaux/{job_id}", status_code=303)


@router.get("/pilotage/travaux/{job_id}/recu.csv")
async def receipt(visit: Person, job_id: UUID) -> Response:
    """What became of each client, as a file."""
    return await visit.api.file(f"{_JOBS}/{job_id}/receipt.csv")


async def _chosen(form: SentForm, view: View) -> Chosen:
    """Those ticked, or all of the list: by its filter, counted by a dry run, where jobs know it; else by their ids."""
    api = form.visit.api
    if not form.text("all"):
        ids = tuple(one for told in form.texts("chosen") for one in told.split())
        return Chosen(len(ids), ids)
    filters = listed(view, _filters(form.text("list")))
    selection = (await api.get("/api/reports/clients", **filters, limit=1))["selection"]
    if selection is not None:
        asked = {"kind": "conclude", "conclusion": "NO_DECISION", "chosen": {"filter": selection}}
        tried = (await api.post(f"{_JOBS}/dry-run", asked)).body
        return Chosen(tried["would_do"] + sum(tried["refused"].values()), filter=selection)
    found = await api.get("/api/reports/clients/concludable", **filters)
    return Chosen(len(found["ids"]), tuple(found["ids"]), more=found["more"])


def _filters(told: str) -> dict[str, str]:
    given = dict(parse_qsl(told))
    return {name: given.get(name, "") for name in ("resultat", "nom", "retard")}


def _order(form: Filled, chosen: Chosen, visit: Visit) -> dict[str, Any]:
    """The job as it is asked for; what cannot be read is said at its field."""
    order: dict[str, Any] = {"kind": "conclude", "conclusion": form.value("conclusion"), "chosen": chosen.asked}
    if order["conclusion"] not in KINDS:
        form.errors["conclusion"] = visit.say("form.required_here")
    if form.value("on"):
        order["on"] = form.value("on")
    if form.value("amount"):
        try:
            order[form.value("shared") or "each"] = str(parse_money(form.value("amount")))
        except Invalid as error:
            form.errors["amount"] = messages.say(error.code, visit.language, error.data, status=422)
    if form.value("note"):
        order["note"] = form.value("note")
    if not chosen.number:
        form.refusal = visit.say("concluding.nobody")
    return order


async def _page(
    visit: Visit,
    view: View,
    form: Filled,
    chosen: Chosen,
    *,
    tried: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    refused = {} if tried is None else tried["refused"]
    return await visit.screen(
        "supervision/concluding.html",
        status=status,
        active="supervision",
        view=view,
        form=form,
        chosen=chosen,
        listed=form.value("list"),
        tried=tried,
        reasons=[(messages.say(code, visit.language, {}, status=409), number) for code, number in refused.items()],
        today=visit.desk.clock.today().isoformat(),
        key=form.value("key") or uuid4().hex,
    )
