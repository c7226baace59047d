"""Commands that are held: counted by reason, listed, tried again, dismissed (spec 6.3)."""

import asyncio
from collections import defaultdict
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import Sent, SentForm
from services.portal.frame import Desk, Person, Visit
from services.portal.screens.operating.glance import NOT_YET
from services.portal.upstream import UpstreamProblem
from shared.rulebook.ids import follow_up_workflow_id
from shared.runtime import messages

router = APIRouter(include_in_schema=False)

_HELD = "/api/followups/commands"
STATES = ("refused", "parked", "waiting")
State = Annotated[Literal["refused", "parked", "waiting"] | None, Query(alias="etat")]
Code = Annotated[str | None, Query(alias="motif", pattern="^[a-z_0-9]{1,60}$")]
Dismissed = Annotated[bool, Query(alias="ecartees")]
After = Annotated[int | None, Query(alias="apres", ge=0, lt=2**63)]
Retried = Annotated[int | None, Query(alias="reprises", ge=0, le=1_000_000)]


@router.get("/exploitation")
async def held(  # noqa: PLR0917  each is a parameter of the query
    visit: Person,
    state: State = None,
    code: Code = None,
    dismissed: Dismissed = False,  # noqa: FBT002
    after: After = None,
    retried: Retried = None,
) -> Response:
    """What is held, by state and reason."""
    return await _page(visit, {"etat": state, "motif": code, "ecartees": dismissed or None}, after, retried=retried)


@router.post("/exploitation/commandes/reprendre")
async def retry_all(form: SentForm) -> Response:
    """Have all of the list judged anew."""
    wanted = {"state": form.text("etat") or None, "code": form.text("motif") or None}
    answer = await form.visit.api.post(f"{_HELD}/retry", wanted)
    return _back(form.text("etat"), form.text("motif"), answer.body["retried"])


@router.post("/exploitation/commandes/{command_id}/reprendre")
async def retry(form: SentForm, command_id: UUID) -> Response:
    """Have one judged anew."""
    try:
        await form.visit.api.post(f"{_HELD}/{command_id}/retry")
    except UpstreamProblem as problem:
        return await _refused(form, problem, str(command_id))
    return _back(form.text("etat"), form.text("motif"), 1)


@router.post("/exploitation/commandes/{command_id}/ecarter")
async def dismiss(form: SentForm, command_id: UUID) -> Response:
    """Set one aside, with a reason."""
    try:
        await form.visit.api.post(f"{_HELD}/{command_id}/dismiss", {"reason": form.text("reason")})
    except UpstreamProblem as problem:
        return await _refused(form, problem, str(command_id))
    return _back(form.text("etat"), form.text("motif"))


def engine_link(desk: Desk, follow_up_id: str | None) -> str | None:
    """The page of a follow-up's execution in the Temporal UI, where there is one."""
    if desk.settings.temporal_ui_url is None or follow_up_id is None:
        return None
    place = quote(follow_up_workflow_id(follow_up_id), safe="")
    ui, namespace = desk.settings.temporal_ui_url.rstrip("/"), desk.settings.temporal_namespace
    return f"{ui}/namespaces/{namespace}/workflows/{place}"


async def _refused(form: Sent, problem: UpstreamProblem, command_id: str) -> Response:
    typed = Filled.of(form)
    typed.refuse(problem, {"invalid_request": "reason"})
    chosen = {"etat": form.text("etat") or None, "motif": form.text("motif") or None, "ecartees": None}
    return await _page(form.visit, chosen, None, wrong=(command_id, typed), status=problem.status)


async def _page(
    visit: Visit,
    chosen: dict[str, Any],
    after: int | None,
    *,
    retried: int | None = None,
    wrong: tuple[str, Filled] | None = None,
    status: int = 200,
) -> Response:
    counts, page = await asyncio.gather(
        visit.api.get(f"{_HELD}/counts"),
        visit.api.get(
            _HELD,
            state=chosen["etat"],
            code=chosen["motif"],
            dismissed="true" if chosen["ecartees"] else None,
            after=after,
            limit=25,
        ),
    )
    forms = defaultdict(Filled, () if wrong is None else (wrong,))
    return await visit.screen(
        "operating/held.html",
        status=status,
        active="operating",
        states=_by_state(counts["counts"]),
        rows=[_row(visit, one) for one in page["items"]],
        next=page["next"],
        after=after,
        chosen=chosen,
        address="/exploitation?" + urlencode({name: value for name, value in chosen.items() if value}),
        retried=retried,
        forms=forms,
        glance=NOT_YET,
        counted=False,
        unheard=(),
        now=visit.desk.clock.now(),
    )


def _by_state(counts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each state with its number, its oldest and its reasons, the most frequent first."""
    found = []
    for state in STATES:
        reasons = sorted((one for one in counts if one["state"] == state), key=lambda one: -one["number"])
        oldest = min((one["oldest"] for one in reasons), default=None)
        number = sum(one["number"] for one in reasons)
        found.append({"state": state, "number": number, "oldest": oldest, "reasons": reasons})
    return found


def _row(visit: Visit, held: dict[str, Any]) -> dict[str, Any]:
    reason = None
    if held["code"]:
        reason = messages.say(held["code"], visit.language, held["data"] or {}, status=409)
    # Of a follow-up that nobody knows the engine has no execution to show.
    known = None if held["code"] == "follow_up_unknown" else held["follow_up_id"]
    return {**held, "reason": reason, "engine": engine_link(visit.desk, known)}


def _back(state: str, code: str, retried: int | None = None) -> Response:
    kept = {"etat": state, "motif": code, "reprises": retried}
    told = urlencode({name: value for name, value in kept.items() if value not in {None, ""}})
    return RedirectResponse(f"/exploitation?{told}", status_code=303)
