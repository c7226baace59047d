"""The page of one client's follow-up in one campaign: where it stands, the next step, its history (spec 5)."""

import asyncio
import uuid
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.forms import AnyForm
from services.portal.frame import Person, Visit
from services.portal.screens.timeline import happenings
from services.portal.screens.wishes import KINDS, Wish, read_wish
from services.portal.upstream import Answer, UpstreamProblem
from shared.runtime import messages

router = APIRouter(include_in_schema=False)

Done = Annotated[str | None, Query(alias="fait", max_length=30)]
Pending = Annotated[UUID | None, Query(alias="attente")]

_FIELD_OF = {
    "checklist_incomplete": "ticked",
    "amount_ambiguous": "collected",
    "amount_invalid": "collected",
    "amount_negative": "collected",
    "amount_not_exact": "collected",
    "amount_too_large": "collected",
    "amount_without_success": "collected",
    "conclusion_date_out_of_range": "on",
    "in_the_future": "occurred_at",
    "before_entry_date": "occurred_at",
    "happened_after_conclusion": "occurred_at",
}
"""The field at which a refusal is shown; the others are shown above the form."""
_HAPPENINGS = 200
"""The latest ones; the page shows no more."""


@router.get("/suivis/{follow_up_id}")
async def follow_up(visit: Person, follow_up_id: UUID, done: Done = None, pending: Pending = None) -> Response:
    """The whole page."""
    return await _page(visit, str(follow_up_id), done=done, pending=None if pending is None else str(pending))


@router.post("/suivis/{follow_up_id}")
async def record(form: AnyForm, follow_up_id: UUID) -> Response:
    """Record what the form says; the page comes back with the next step, or with what was typed and what is wrong."""
    visit, path = form.visit, str(follow_up_id)
    wish = read_wish(form, visit.desk.settings.zone)
    if wish.kind not in KINDS:
        return await _page(visit, path)
    if not form.trusted:
        wish.refusal = visit.say("error.form_expired")
    if wish.errors or wish.refusal:
        return await _page(visit, path, wish=wish, status=422 if form.trusted else 403)
    try:
        answer = await visit.api.post(f"/api/followups/{path}/commands", wish.body, key=wish.key or uuid.uuid4().hex)
    except UpstreamProblem as problem:
        _explain(wish, problem, visit)
        return await _page(
            visit, path, wish=wish, status=problem.status, key=wish.key if problem.outcome_unknown else None
        )
    return await _recorded(visit, path, wish.kind, answer)


@router.get("/suivis/{follow_up_id}/commandes/{command_id}")
async def verdict(visit: Person, follow_up_id: UUID, command_id: UUID) -> Response:
    """What became of a command that was pending; asked again and again while the page waits."""
    answer = await visit.api.get(f"/api/followups/commands/{command_id}")
    if answer["verdict"] == "pending":
        waits = {"HX-Retarget": "#pending", "HX-Reswap": "outerHTML"}
        return visit.page(
            "parts/pending.html", headers=waits, follow_up_id=str(follow_up_id), command_id=str(command_id)
        )
    refusal = None
    if answer["verdict"] in {"refused", "parked"}:
        refusal = messages.say(answer["code"] or "refused", visit.language, answer["data"] or {}, status=409)
    return await _page(visit, str(follow_up_id), refusal=refusal)


async def _recorded(visit: Visit, path: str, kind: str, answer: Answer) -> Response:
    command = answer.body["ask"].rpartition("/")[2] if answer.pending else None
    if visit.is_fragment:
        return await _page(visit, path, done=None if answer.pending else kind, pending=command)
    told = f"attente={command}" if answer.pending else f"fait={kind}"
    return RedirectResponse(f"/suivis/{path}?{told}#suite", status_code=303)


async def _page(
    visit: Visit,
    path: str,
    *,
    status: int = 200,
    done: str | None = None,
    pending: str | None = None,
    wish: Wish | None = None,
    refusal: str | None = None,
    key: str | None = None,
) -> Response:
    """The page, or its content for htmx. `key` is kept when it is not known whether it was used."""
    shown, line = await asyncio.gather(
        visit.api.get(f"/api/followups/{path}"),
        visit.api.get(f"/api/followups/{path}/timeline", order="newest", limit=_HAPPENINGS),
    )
    titles = {step["id"]: step["title"] for step in shown["steps"]}
    proposed = next((step for step in shown["steps"] if step["id"] == shown["proposed_step"]), None)
    return await visit.screen(
        "parts/follow_up.html" if visit.is_fragment else "follow_up.html",
        status=status,
        active="contacts",
        follow_up=shown,
        proposed=proposed,
        others=[step for step in shown["steps"] if step is not proposed],
        titles=titles,
        happenings=happenings(line["items"], titles, visit.say),
        done=done if done in KINDS else None,
        pending=pending,
        wish=wish,
        refusal=refusal,
        new_key=lambda: key or uuid.uuid4().hex,
        today=visit.desk.clock.today().isoformat(),
    )


def _explain(wish: Wish, problem: UpstreamProblem, visit: Visit) -> None:
    """Say what was refused where it was typed."""
    field = _FIELD_OF.get(problem.code)
    if problem.code == "checklist_incomplete":
        wish.errors |= {f"ticked-{item}": visit.say("form.required_here") for item in _missing(problem.data)}
    elif field is not None:
        wish.errors["on" if field == "occurred_at" and "on" in wish.body else field] = problem.detail
        return
    wish.refusal = visit.say("form.unavailable") if problem.outcome_unknown else problem.detail


def _missing(data: dict[str, Any]) -> list[str]:
    missing = data.get("missing")
    return [str(item) for item in missing] if isinstance(missing, list) else []
