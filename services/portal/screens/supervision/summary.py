"""The summary tab: charts, each with its table, and the steps of one campaign as a funnel (8.6, 8.7)."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.frame import Person
from services.portal.parts import or_problem
from services.portal.screens.supervision.view import Asked, tab

router = APIRouter(include_in_schema=False)


@router.get("/pilotage/synthese")
async def summary(visit: Person, view: Asked) -> Response:
    """The charts of a view; the forecast is of one campaign and looks ahead from today."""
    read = {"told": or_problem(visit.api.get("/api/reports/summary", **view.scope, **view.day, lang=visit.language))}
    if view.campaign and view.as_of is None:
        read["forecast"] = or_problem(visit.api.get("/api/reports/forecast", **view.scope))
    return await tab(visit, view, "summary", read)
