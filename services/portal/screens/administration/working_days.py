"""The working days: the country's public holidays and the network's own closing days."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import AnyForm, Sent
from services.portal.frame import Visit
from services.portal.screens.administration.parts import Administrator, is_changed, refuse
from services.portal.upstream import Answer, UpstreamProblem

router = APIRouter(include_in_schema=False)

_CALENDAR = "/api/directory/calendar"
_FIELDS = {"country": "country", "subdivision": "subdivision", "closing_days": "day"}
Year = Annotated[int | None, Query(alias="annee", ge=2000, le=2100)]


@router.get("/administration/calendrier")
async def calendar(visit: Administrator, year: Year = None) -> Response:
    """The days of a year on which nobody works."""
    return await _page(visit, year)


@router.post("/administration/calendrier")
async def change(form: AnyForm) -> Response:
    """Another country, one closing day more, or one less; the calendar seen is the one changed."""
    typed, visit = Filled.of(form), form.visit
    year = int(form.text("year")) if form.text("year").isascii() and form.text("year").isdigit() else None
    answer = await visit.api.call("GET", _CALENDAR)
    wanted = _wanted(form, typed, answer.body)
    if not form.trusted:
        typed.refusal = visit.say("error.form_expired")
    if not typed.is_wrong:
        try:
            await visit.api.call("PUT", _CALENDAR, body=wanted, version=form.text("version"))
        except UpstreamProblem as problem:
            if is_changed(problem):
                typed.refusal = visit.say("calendar.conflict")
            elif "country_unknown" in _kinds(problem):
                typed.errors["country"] = visit.say("calendar.country_unknown")
            elif "subdivision_unknown" in _kinds(problem):
                typed.errors["subdivision"] = visit.say("calendar.subdivision_unknown")
            else:
                refuse(typed, problem, _FIELDS)
        else:
            kept = f"?annee={year}" if year else ""
            return RedirectResponse(f"/administration/calendrier{kept}", status_code=303)
    return await _page(visit, year if year and 2000 <= year <= 2100 else None, typed, status=422)  # noqa: PLR2004


def _wanted(form: Sent, typed: Filled, present: dict[str, Any]) -> dict[str, Any]:
    """The calendar as the form changes it."""
    say = form.visit.say
    days = [{"day": one["day"], "label": one["label"]} for one in present["closing_days"]]
    country, subdivision = present["country"], present["subdivision"]
    match form.text("do"):
        case "add":
            day, label = _day(form.text("day")), form.text("label")
            if day is None:
                typed.errors["day"] = say("form.day_invalid")
            elif any(one["day"] == day for one in days):
                typed.errors["day"] = say("calendar.day_known")
            if not label:
                typed.errors["label"] = say("admin.required")
            days.append({"day": day or "", "label": label})
        case "remove":
            days = [one for one in days if one["day"] != form.text("day")]
        case _:
            country, subdivision = form.text("country").upper() or None, form.text("subdivision").upper() or None
    return {"country": country, "subdivision": subdivision, "closing_days": sorted(days, key=lambda one: one["day"])}


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _kinds(problem: UpstreamProblem) -> set[str]:
    return {str(one.get("type")) for one in problem.data.get("errors", ())}


async def _page(visit: Visit, year: int | None, typed: Filled | None = None, *, status: int = 200) -> Response:
    found: Answer = await visit.api.call("GET", _CALENDAR, params={"year": year})
    shown = found.body
    own = [{**one, "own": True} for one in shown["closing_days"] if one["day"].startswith(f"{shown['year']}-")]
    public = [{**one, "own": False} for one in shown["holidays"]]
    return await visit.screen(
        "administration/calendar.html",
        status=status,
        active="administration",
        calendar=shown,
        version=found.version,
        days=sorted([*own, *public], key=lambda one: one["day"]),
        elsewhere=len(shown["closing_days"]) - len(own),
        form=typed or Filled(),
    )
