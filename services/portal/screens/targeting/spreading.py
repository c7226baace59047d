"""The entries of those who wait are spread over the campaign: the load per week is seen before it counts."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.filled import Filled
from services.portal.forms import SentForm
from services.portal.frame import Person, Visit
from services.portal.screens.targeting.asking import api, ask, screen
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

_WRONG = 422
_FIRST = {"end_before_start": "fin", "entry_date_out_of_range": "debut"}


@router.get("/operations/{campaign_id}/clients/etaler")
async def preview(
    visit: Person,
    campaign_id: UUID,
    first: Annotated[str, Query(alias="debut", max_length=10)] = "",
    last: Annotated[str, Query(alias="fin", max_length=10)] = "",
    days: Annotated[str, Query(alias="jours", pattern="^(ouvres|tous)$")] = "ouvres",
) -> Response:
    """The load per week between those days; between today and the campaign's end at first."""
    return await _page(visit, campaign_id, Filled({"debut": first, "fin": last, "jours": days}))


@router.post("/operations/{campaign_id}/clients/etaler")
async def spread(form: SentForm, campaign_id: UUID) -> Response:
    """Do as the preview says."""
    typed = Filled.of(form)
    body = _wish(form.visit, typed)
    if not typed.is_wrong and (done := await ask(form, typed, campaign_id, "/clients/spread", body)):
        return done
    return await _page(form.visit, campaign_id, typed)


def _wish(visit: Visit, typed: Filled) -> dict[str, Any]:
    wish: dict[str, Any] = {"working_days": typed.value("jours") != "tous"}
    for name, field in (("first", "debut"), ("last", "fin")):
        if text := typed.value(field):
            try:
                wish[name] = date.fromisoformat(text).isoformat()
            except ValueError:
                typed.errors[field] = visit.say("form.day_invalid")
    return wish


async def _page(visit: Visit, campaign_id: UUID, typed: Filled) -> Response:
    load = nobody = None
    wish = _wish(visit, typed)
    if not typed.is_wrong:
        try:
            load = (await visit.api.post(api(campaign_id, "/clients/spread/preview"), wish)).body
        except UpstreamProblem as problem:
            if problem.code == "nothing_to_spread":
                nobody = problem.detail
            else:
                typed.refuse(problem, _FIRST)
    most = max((week["clients"] for week in load["weeks"]), default=1) if load else 1
    status = _WRONG if typed.is_wrong else 200
    return await screen(
        visit, "spread", campaign_id, form=typed, status=status, load=load, most=max(most, 1), nobody=nobody
    )
