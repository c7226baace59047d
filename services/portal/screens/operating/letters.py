"""E-mails on their way or failed, without names and addresses; a failed one is sent again (spec 5.4, ADR 0105)."""

from collections import defaultdict
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import SentForm
from services.portal.frame import Person, Visit
from services.portal.screens.operating.held import engine_link
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

State = Annotated[Literal["WAITING", "FAILED"] | None, Query(alias="etat")]
After = Annotated[UUID | None, Query(alias="apres")]
Again = Annotated[bool, Query(alias="renvoye")]


@router.get("/exploitation/courriels")
async def letters(visit: Person, state: State = None, after: After = None, again: Again = False) -> Response:  # noqa: FBT002
    """The latest first, by state."""
    return await _page(visit, state, after, again=again)


@router.post("/exploitation/courriels/{letter_id}/renvoyer")
async def send_again(form: SentForm, letter_id: UUID) -> Response:
    """Have one that failed sent again."""
    state = form.text("etat") or None
    try:
        await form.visit.api.post(f"/api/followups/letters/{letter_id}/retry")
    except UpstreamProblem as problem:
        refused = Filled.of(form)
        refused.refuse(problem, {})
        wrong = (str(letter_id), refused)
        return await _page(form.visit, state, None, wrong=wrong, status=problem.status)
    told = urlencode({"etat": state, "renvoye": "true"} if state else {"renvoye": "true"})
    return RedirectResponse(f"/exploitation/courriels?{told}", status_code=303)


async def _page(
    visit: Visit,
    state: str | None,
    after: UUID | None,
    *,
    again: bool = False,
    wrong: tuple[str, Filled] | None = None,
    status: int = 200,
) -> Response:
    found = await visit.api.get("/api/followups/letters", state=state, after=after, limit=25)
    return await visit.screen(
        "operating/letters.html",
        status=status,
        active="operating",
        rows=[{**one, "engine": engine_link(visit.desk, one["follow_up_id"])} for one in found["items"]],
        counts={"WAITING": found["waiting"], "FAILED": found["failed"]},
        state=state,
        next=found["next"],
        after=after,
        again=again,
        forms=defaultdict(Filled, () if wrong is None else (wrong,)),
        address="/exploitation/courriels" + (f"?etat={state}" if state else ""),
        now=visit.desk.clock.now(),
    )
