"""The page of one client's follow-up in one campaign: where it stands, the next step, its history (spec 5)."""

import asyncio
import uuid
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.forms import FormWithFiles, Sent
from services.portal.frame import Person, Visit
from services.portal.parts import or_problem
from services.portal.screens.details import as_typed
from services.portal.screens.letters import letters_of
from services.portal.screens.links import links_of
from services.portal.screens.timeline import Happening, happenings, titles_of
from services.portal.screens.wishes import KINDS, Wish, read_wish
from services.portal.upstream import Answer, UpstreamProblem
from shared.rulebook.follow_up import ConclusionKind
from shared.runtime import messages

router = APIRouter(include_in_schema=False)

Done = Annotated[str | None, Query(alias="fait", max_length=30)]
Pending = Annotated[UUID | None, Query(alias="attente")]


class Tab(StrEnum):
    """The tabs, by their names in addresses."""

    STEPS = "suivi"
    CHARACTERISTICS = "caracteristiques"
    ACCOUNT = "compte"
    """Only of a success."""


class Unplanned(StrEnum):
    """The kinds of an unplanned interaction, the most usual first."""

    REMINDER = "REMINDER"
    APPOINTMENT = "APPOINTMENT"
    TASK = "TASK"
    FOLLOW_UP_SHEET = "FOLLOW_UP_SHEET"
    EMAIL = "EMAIL"


ChosenTab = Annotated[Tab, Query(alias="onglet")]
ChosenKind = Annotated[Unplanned | None, Query(alias="evenement")]

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
    "entry_date_out_of_range": "entry_date",
}
"""The field at which a refusal is shown; the others are shown above the form."""
_NEW = {"RecordInteraction", "PlanInteraction"}
_DOORS = {"SendLetter": ("POST", "letters"), "LinkHoldings": ("PUT", "links")}
"""Of the wishes that have a door of their own."""
_INTERACTIONS = 200
_HAPPENINGS = 200
_MOST_BYTES = 64 << 20
"""Of a form with its files."""
"""The latest ones; the page shows no more."""


@router.get("/suivis/{follow_up_id}")
async def follow_up(  # noqa: PLR0917  each is a parameter of the path or the query
    visit: Person,
    follow_up_id: UUID,
    done: Done = None,
    pending: Pending = None,
    tab: ChosenTab = Tab.STEPS,
    unplanned: ChosenKind = None,
) -> Response:
    """The whole page."""
    waits_for = None if pending is None else str(pending)
    return await _page(visit, str(follow_up_id), done=done, pending=waits_for, tab=tab, unplanned=unplanned)


@router.post("/suivis/{follow_up_id}", max_body_size=_MOST_BYTES)
async def record(form: FormWithFiles, follow_up_id: UUID) -> Response:
    """Record what the form says; the page comes back with the next step, or with what was typed and what is wrong."""
    visit, path = form.visit, str(follow_up_id)
    files, problem = await _send_files(form, path)
    wish = read_wish(form, visit.desk.settings.zone, files)
    if wish.kind not in KINDS:
        return await _page(visit, path)
    if problem is not None:
        wish.errors["file"] = problem.detail or visit.say("form.unavailable")
    if not form.trusted:
        wish.refusal = visit.say("error.form_expired")
    if wish.errors or wish.refusal:
        return await _page(visit, path, wish=wish, status=422 if form.trusted else 403)
    try:
        key = wish.key or uuid.uuid4().hex
        method, door = _DOORS.get(wish.kind, ("POST", "commands"))
        answer = await visit.api.call(method, f"/api/followups/{path}/{door}", body=wish.body, key=key)
        if wish.ticks and not answer.pending:
            answer = await visit.api.post(f"/api/followups/{path}/commands", wish.ticks, key=f"{key}-ticks")
    except UpstreamProblem as problem:
        _explain(wish, problem, visit)
        return await _page(
            visit, path, wish=wish, status=problem.status, key=wish.key if problem.outcome_unknown else None
        )
    return await _recorded(visit, path, wish, answer)


@router.get("/suivis/{follow_up_id}/etapes/{step_id}/defaire")
async def undo_effect(visit: Person, follow_up_id: UUID, step_id: str) -> Response:
    """What undoing the step would change, as a part of the page."""
    shown = await visit.api.get(f"/api/followups/{follow_up_id}")
    effect = await or_problem(visit.api.get(f"/api/followups/{follow_up_id}/steps/{quote(step_id, safe='')}/undo"))
    titles = {step["id"]: step["title"] for step in shown["steps"]}
    return visit.page("parts/undo_effect.html", effect=effect, titles=titles)


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


async def _recorded(visit: Visit, path: str, wish: Wish, answer: Answer) -> Response:
    """The page after it; after a success, the accounts and transactions to link it to come at once."""
    kind = wish.kind
    command = answer.body["ask"].rpartition("/")[2] if answer.pending and kind != "SendLetter" else None
    succeeded = kind == "Conclude" and not command and ConclusionKind(wish.typed["conclusion"]).is_success
    tab = Tab.ACCOUNT if succeeded else _tab_of(kind)
    if visit.is_fragment:
        return await _page(visit, path, done=None if command else kind, pending=command, tab=tab)
    told = f"attente={command}" if command else f"fait={kind}"
    if tab is not Tab.STEPS:
        told += f"&onglet={tab}"
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
    tab: Tab | None = None,
    unplanned: Unplanned | None = None,
) -> Response:
    """The page, or its content for htmx. `key` is kept when it is not known whether it was used."""
    shown_tab = tab or _tab_of(None if wish is None else wish.kind)
    with_accounts = shown_tab is Tab.ACCOUNT
    shown, line, told, sent = await asyncio.gather(
        visit.api.get(f"/api/followups/{path}"),
        visit.api.get(f"/api/followups/{path}/timeline", order="newest", limit=_HAPPENINGS),
        visit.api.get(f"/api/followups/{path}/interactions", limit=_INTERACTIONS),
        _nothing() if with_accounts else letters_of(visit, path),
    )
    if with_accounts and not (shown["conclusion"] or {}).get("success"):
        sent, shown_tab = await letters_of(visit, path), Tab.STEPS
    texts, links = await asyncio.gather(
        _letters(visit, path, shown), links_of(visit, path, shown, wish, choices=with_accounts)
    )
    zone = visit.desk.settings.zone
    interactions = [{**one, "typed": as_typed(one, zone), "form": _form_of(one)} for one in told["items"]]
    if wish is not None and wish.kind in _NEW and wish.typed["interaction"] in set(Unplanned):
        unplanned = Unplanned(wish.typed["interaction"])
    titles = titles_of(shown["steps"])
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
        tab=shown_tab,
        unplanned=unplanned or Unplanned.REMINDER,
        unplanned_asked=unplanned is not None,
        unplanned_kinds=list(Unplanned),
        interactions=interactions,
        begun={one["step_id"]: one for one in interactions if one["planned_by_step"]},
        letters=texts,
        links=links,
        sent=sent,
        overtaken=_overtaken(wish, shown, line["items"], titles, visit),
        done=done if done in KINDS else None,
        pending=pending,
        wish=wish,
        refusal=refusal,
        new_key=lambda: key or uuid.uuid4().hex,
        today=visit.desk.clock.today().isoformat(),
    )


async def _nothing() -> list[dict[str, Any]]:
    """The e-mails that a tab does not show."""
    return []


def _form_of(interaction: dict[str, Any]) -> str:
    number = interaction["number"]
    return f"entry-{interaction['step_id']}" if number is None else f"interaction-{number}"


def _tab_of(kind: str | None) -> Tab:
    """The tab that holds the form of this command."""
    if kind == "LinkHoldings":
        return Tab.ACCOUNT
    return Tab.CHARACTERISTICS if kind in {"ChangePotential", "MoveEntryDate"} else Tab.STEPS


async def _send_files(form: Sent, path: str) -> tuple[list[str], UpstreamProblem | None]:
    """The files chosen, sent before all else, so that they stay chosen whatever becomes of the command."""
    sent: list[str] = []
    for file in form.files if form.trusted else []:
        part = {"file": (file.filename, file.file, file.content_type or "application/octet-stream")}
        try:
            answer = await form.visit.api.call("POST", f"/api/followups/{path}/attachments", files=part)
        except UpstreamProblem as problem:
            return sent, problem
        sent.append(f"{answer.body['document_id']}|{answer.body['name']}")
    return sent, None


async def _letters(visit: Visit, path: str, shown: dict[str, Any]) -> dict[str, Any]:
    """The texts of the e-mails that may be written now, by step, from their templates."""
    steps = [step["id"] for step in shown["steps"] if step["kind"] == "EMAIL" and step["enterable"]]
    texts = await asyncio.gather(*(visit.api.get_or_none(f"/api/followups/{path}/steps/{one}/email") for one in steps))
    return dict(zip(steps, texts, strict=True))


def _overtaken(
    wish: Wish | None, shown: dict[str, Any], items: list[dict[str, Any]], titles: dict[str, str], visit: Visit
) -> tuple[dict[str, Any], Happening] | None:
    """The step that somebody else completed meanwhile, and who did; what was typed is kept beside it."""
    if wish is None or wish.kind != "CompleteStep":
        return None
    step = next((one for one in shown["steps"] if one["id"] == wish.step_id and one["state"] == "done"), None)
    fact = next((one for one in items if one["kind"] == "StepCompleted" and one["step_id"] == wish.step_id), None)
    if step is None or fact is None:
        return None
    return step, happenings([fact], titles, visit.say)[0]


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
