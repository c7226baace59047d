"""The target is shared out among advisors, in euros and in per cent, the remainder always in view (spec 2.5)."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.formats import Formats
from services.portal.frame import Person, Visit
from services.portal.locale import Words
from services.portal.screens.campaigns.editing import Sheet
from services.portal.screens.campaigns.reading import read_money, sentence
from services.portal.upstream import Answer, UpstreamProblem
from shared.rulebook import allocation
from shared.rulebook.errors import RuleBroken

router = APIRouter(include_in_schema=False)

ADVISORS = "advisors"
_FOUND = 20
_CHANGED_MEANWHILE = 412


@router.get("/operations/{campaign_id}/repartition")
async def table(visit: Person, campaign_id: UUID) -> Response:
    """The shares as they are now."""
    found = await visit.api.call("GET", f"/api/campaigns/{campaign_id}")
    return await _page(visit, _of_campaign(found.body, visit.formats), found)


@router.post("/operations/{campaign_id}/repartition")
async def share_out(form: Sheet, campaign_id: UUID) -> Response:
    """Save the shares, or do what the button says to the table."""
    visit, filled, do = form.visit, Filled.of(form), form.text("do") or "save"
    found = await visit.api.call("GET", f"/api/campaigns/{campaign_id}")
    people = None
    if do == "find":
        people = await _people(visit, form.text("words"), filled)
    elif do != "save":
        _press(filled, do)
    if do != "save":
        return await _page(visit, filled, found, people=people, version=form.text("version"))
    rows = _rows(filled, visit.say)
    if not form.trusted:
        filled.refusal = visit.say("error.form_expired")
    if filled.is_wrong:
        return await _page(visit, filled, found, status=422, version=form.text("version"))
    try:
        saved = await visit.api.call(
            "PUT", f"/api/campaigns/{campaign_id}/allocation", body={"rows": rows}, version=form.text("version")
        )
    except UpstreamProblem as problem:
        _explain(filled, problem, visit)
        version = found.version if problem.status == _CHANGED_MEANWHILE else form.text("version")
        return await _page(visit, filled, found, status=problem.status, version=version)
    still_open = sum(one["open_follow_ups"] for one in saved.body["warnings"])
    told = f"&ouverts={still_open}" if still_open else ""
    return RedirectResponse(f"/operations/{campaign_id}?fait=allocated{told}", status_code=303)


def value_field(advisor_id: str) -> str:
    """The name of the field with an advisor's share."""
    return f"share-{advisor_id}"


def _of_campaign(campaign: dict[str, Any], formats: Formats) -> Filled:
    rows = campaign["allocation"]["rows"]
    values: dict[str, str] = {}
    for row in rows:
        advisor, in_percent = row["advisor_id"], row["percent"] is not None
        values[value_field(advisor)] = formats.typed(row["percent"], 0) if in_percent else formats.typed(row["amount"])
        values[f"unit-{advisor}"] = "percent" if in_percent else "euros"
        values[f"name-{advisor}"] = row["advisor_name"] or ""
    return Filled(values, {ADVISORS: [row["advisor_id"] for row in rows]})


async def _people(visit: Visit, words: str, filled: Filled) -> list[dict[str, Any]]:
    listed = set(filled.lists.get(ADVISORS, ()))
    found = await visit.api.get("/api/directory/users", search=words.replace("\0", ""), limit=_FOUND)
    return [one for one in found["items"] if one["user_id"] not in listed]


def _press(filled: Filled, button: str) -> None:
    act, _, about = button.partition(":")
    listed = list(filled.lists.get(ADVISORS, ()))
    if act == "add" and about and about not in listed:
        advisor, _, name = about.partition(":")
        filled.lists = {**filled.lists, ADVISORS: [*listed, advisor]}
        filled.values = {**filled.values, f"name-{advisor}": name, f"unit-{advisor}": "percent"}
    elif act == "remove":
        filled.lists = {**filled.lists, ADVISORS: [one for one in listed if one != about]}
    elif act == "clear":
        filled.lists = {**filled.lists, ADVISORS: []}


def _rows(filled: Filled, say: Words) -> list[dict[str, Any]]:
    """The shares that can be read; what is wrong with the others is said at their fields."""
    rows = []
    for advisor in filled.lists.get(ADVISORS, ()):
        name = value_field(advisor)
        if not filled.value(name):
            filled.errors[name] = say("allocation.share_missing")
        elif filled.value(f"unit-{advisor}") == "percent":
            rows.append({"advisor_id": advisor, "percent": _read_percent(filled, name, say)})
        else:
            rows.append({"advisor_id": advisor, "amount": read_money(filled, name, say)})
    return rows


def _read_percent(filled: Filled, name: str, say: Words) -> str | None:
    text = filled.value(name).replace(",", ".").rstrip("% \u00a0\u202f")
    try:
        share = Decimal(text)
    except InvalidOperation:
        filled.errors[name] = say("allocation.percent_invalid")
        return None
    if not share.is_finite():
        filled.errors[name] = say("allocation.percent_invalid")
        return None
    return str(share)


def _computed(filled: Filled, target: str | None, say: Words) -> dict[str, Any]:
    """Each share in euros, their sum and the remainder; what is over is a remainder below zero."""
    trial = Filled(filled.values, filled.lists)
    rows = [row for row in _rows(trial, say) if None not in row.values()]
    shares = [
        allocation.Share(
            advisor_id=row["advisor_id"],
            amount=None if row.get("amount") is None else Decimal(row["amount"]),
            percent=None if row.get("percent") is None else Decimal(row["percent"]),
        )
        for row in rows
    ]
    try:
        done = allocation.allocate(None if target is None else Decimal(target), shares)
    except RuleBroken as broken:
        told = sentence(broken.code, say, broken.data)
        return {"amounts": {}, "allocated": None, "unallocated": None, "wrong": told}
    amounts = dict(zip((share.advisor_id for share in shares), done.amounts, strict=True))
    return {"amounts": amounts, "allocated": sum(done.amounts), "unallocated": done.unallocated, "wrong": None}


def _explain(filled: Filled, problem: UpstreamProblem, visit: Visit) -> None:
    about = problem.data.get("advisor")
    filled.refuse(problem, {problem.code: value_field(str(about))} if about else None)
    if problem.outcome_unknown:
        filled.refusal = visit.say("form.unavailable")


async def _page(
    visit: Visit,
    filled: Filled,
    found: Answer,
    *,
    status: int = 200,
    people: list[dict[str, Any]] | None = None,
    version: str | None = None,
) -> Response:
    return await visit.screen(
        "campaigns/allocation.html",
        status=status,
        active="campaigns",
        campaign=found.body,
        form=filled,
        advisors=list(filled.lists.get(ADVISORS, ())),
        computed=_computed(filled, found.body["target"], visit.say),
        people=people,
        version=version or found.version,
    )
