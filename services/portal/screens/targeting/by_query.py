"""Clients are added by a query: a saved one or criteria written here, counted before anything is added."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.filled import Filled
from services.portal.forms import SentForm
from services.portal.frame import Person, Visit
from services.portal.parts import or_problem
from services.portal.screens.queries.building import Text
from services.portal.screens.queries.sheet import QUERIES
from services.portal.screens.targeting.asking import LARGEST, ask, read_target, screen
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

_QUERIES = 200
_WRONG = 422


@router.get("/operations/{campaign_id}/clients/requete")
async def choose(
    visit: Person,
    campaign_id: UUID,
    query_id: Annotated[UUID | None, Query(alias="requete")] = None,
    text: Text = None,
) -> Response:
    """The query chosen with the number of clients that it finds, and what each is given."""
    typed = Filled({"requete": str(query_id or ""), "filtre": text or ""})
    return await _page(visit, campaign_id, typed)


@router.post("/operations/{campaign_id}/clients/requete", max_body_size=LARGEST)
async def add(form: SentForm, campaign_id: UUID) -> Response:
    """Count, or add those whom the query finds."""
    typed = Filled.of(form)
    asked = _asked(typed)
    if form.text("faire") == "compter":
        return await _page(form.visit, campaign_id, typed)
    wanted: dict[str, Any] = {**read_target(form, typed)}
    if asked is None:
        typed.errors["requete"] = form.visit.say("targeting.choose_query")
    if typed.value("etaler"):
        wanted["spread"] = True
    if not typed.is_wrong and (
        done := await ask(form, typed, campaign_id, "/clients/from-query", {**(asked or {}), **wanted})
    ):
        return done
    return await _page(form.visit, campaign_id, typed, status=_WRONG)


def _asked(typed: Filled) -> dict[str, str] | None:
    """What was chosen; criteria that were written count before a saved query."""
    if text := typed.value("filtre"):
        return {"filter": text}
    return {"query_id": query_id} if (query_id := typed.value("requete")) else None


async def _page(visit: Visit, campaign_id: UUID, typed: Filled, status: int = 200) -> Response:
    found = await _count(visit, typed)
    return await screen(
        visit,
        "by_query",
        campaign_id,
        form=typed,
        status=_WRONG if typed.is_wrong else status,
        queries=or_problem(visit.api.get(QUERIES, limit=_QUERIES)),
        found=found,
    )


async def _count(visit: Visit, typed: Filled) -> Any:
    asked = _asked(typed)
    if asked is None:
        return None
    try:
        return (await visit.api.post(f"{QUERIES}/count", asked)).body
    except UpstreamProblem as problem:
        typed.errors["filtre" if "filter" in asked else "requete"] = problem.detail
        return None
