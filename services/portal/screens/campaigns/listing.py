"""The list of campaigns: filtered, searched, sorted, in the person's own order (spec 2.6)."""

import asyncio
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.forms import SentForm
from services.portal.frame import Person, Visit, safe_path
from services.portal.navigation import manages
from services.portal.parts import or_problem
from services.portal.upstream import Upstream

router = APIRouter(include_in_schema=False)

Status = Literal["UPCOMING", "RUNNING", "ENDED", "ARCHIVED"]
STATUSES: tuple[Status, ...] = ("UPCOMING", "RUNNING", "ENDED", "ARCHIVED")
Words = Annotated[str, Query(alias="q", max_length=200)]
Sort = Annotated[str, Query(alias="tri", pattern="^-?(order|name|start_date|end_date|target|status)$")]
After = Annotated[str | None, Query(alias="apres", max_length=2000)]
Done = Annotated[str | None, Query(alias="fait", pattern="^(deleted|moved|no_place)$")]

_SHOWN = 100
_FIGURES_AT_ONCE = 200


@router.get("/operations")
async def campaigns(  # noqa: PLR0917  each is a parameter of the query
    visit: Person,
    status: Annotated[Status | None, Query(alias="statut")] = None,
    words: Words = "",
    sort: Sort = "order",
    after: After = None,
    done: Done = None,
) -> Response:
    """A page of the campaigns that the person sees; the archived ones only when asked for."""
    words = words.replace("\0", "").strip()
    chosen = {"statut": status, "q": words or None, "tri": None if sort == "order" else sort}
    page, figures = await asyncio.gather(
        visit.api.get(
            "/api/campaigns",
            status=status,
            search=words,
            sort=sort.removeprefix("-"),
            descending="true" if sort.startswith("-") else None,
            after=after,
            limit=_SHOWN,
        ),
        or_problem(_figures(visit, status)),
    )
    known = figures if isinstance(figures, dict) else {}
    around = await visit.around()
    return await visit.screen(
        "campaigns/list.html",
        active="campaigns",
        rows=[{**one, "figures": known.get(one["campaign_id"])} for one in page["items"]],
        figures=figures,
        next=page["next"],
        after=after,
        sort=sort,
        chosen=status,
        words=words,
        statuses=STATUSES,
        address=_address(chosen),
        sort_address=_address({**chosen, "tri": ""}),
        kept={name: value for name, value in chosen.items() if value and name != "q"},
        done=done,
        manages=around.rights is None or manages(around.rights),
        orders=sort == "order" and len(page["items"]) > 1,
    )


@router.post("/operations/ordre")
async def move(form: SentForm) -> Response:
    """Put one campaign before another in the person's own order, or behind all."""
    campaign_id, before = form.text("campaign_id"), form.text("before") or None
    await form.visit.api.call("PUT", f"/api/campaigns/order/{campaign_id}", body={"before": before})
    if form.visit.is_fragment:
        return Response(status_code=204)
    return RedirectResponse(f"{safe_path(form.text('back'))}#{_anchor(campaign_id)}", status_code=303)


@router.post("/operations/place")
async def place(form: SentForm) -> Response:
    """Put one campaign at a place of the whole list, whatever page it stands on: first, last, or by number."""
    visit, campaign_id = form.visit, form.text("campaign_id")
    wanted = {"first": "1", "last": "last"}.get(form.text("to"), form.text("place").strip())
    if wanted != "last" and not (wanted.isascii() and wanted.isdecimal() and int(wanted[:9]) > 0):
        return RedirectResponse(_told(form.text("back"), "no_place"), status_code=303)
    before = None
    if wanted != "last":
        before = await standing_at(
            visit.api, int(wanted[:9]), campaign_id, status=form.text("statut") or None, search=form.text("q")
        )
    await visit.api.call("PUT", f"/api/campaigns/order/{campaign_id}", body={"before": before})
    return RedirectResponse(f"{_told(form.text('back'), 'moved')}#{_anchor(campaign_id)}", status_code=303)


async def standing_at(api: Upstream, place: int, moved: str, **filters: str | None) -> str | None:
    """Which of the other campaigns of the list stands at that place, from 1; None behind the last."""
    after, left = None, place
    while True:
        page = await api.get("/api/campaigns", **filters, sort="order", after=after, limit=_FIGURES_AT_ONCE)
        others = [one["campaign_id"] for one in page["items"] if one["campaign_id"] != moved]
        if left <= len(others):
            return str(others[left - 1])
        left, after = left - len(others), page["next"]
        if after is None:
            return None


def _told(back: str, done: str) -> str:
    """The page one came from, which says what was done."""
    parts = urlsplit(safe_path(back))
    kept = {name: value for name, value in parse_qsl(parts.query) if name != "fait"}
    return f"{parts.path}?{urlencode({**kept, 'fait': done})}"


async def _figures(visit: Visit, status: Status | None) -> dict[str, Any]:
    """The figures of the campaigns of this status by id; by default of those not archived."""
    found: dict[str, Any] = {}
    while True:
        answer = await visit.api.get(
            "/api/reports/campaigns", status=status, limit=_FIGURES_AT_ONCE, offset=len(found) or None
        )
        found |= {one["campaign_id"]: one for one in answer["campaigns"]}
        if not answer["campaigns"] or len(found) >= answer["total"]:
            return found


def _anchor(campaign_id: str) -> str:
    return f"operation-{campaign_id}"


def _address(chosen: dict[str, str | None]) -> str:
    told = urlencode({name: value for name, value in chosen.items() if value is not None})
    return f"/operations?{told}" if told else "/operations"
