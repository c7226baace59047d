"""Notices: the list, one with its clients to contact, read and unread (spec 7.1)."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.forms import SentForm
from services.portal.frame import Person, Surroundings, Visit, safe_path

router = APIRouter(include_in_schema=False)

_NOTICES = "/api/notifications/notices"
_SHOWN_AT_HOME = 5
After = Annotated[str | None, Query(alias="apres", max_length=200)]


@router.get("/avis")
async def notices(visit: Person, after: After = None) -> Response:
    """All my notices, newest first."""
    page = await visit.api.get(_NOTICES, after=after, limit=20)
    return await visit.screen("notices.html", active="notices", notices=page, after=after)


@router.get("/avis/{notice_id}")
async def notice(visit: Person, notice_id: UUID, after: After = None) -> Response:
    """One notice with its clients; looking at it marks it as read, as far as it is on screen."""
    page = await visit.api.get(f"{_NOTICES}/{notice_id}", after=after, limit=50)
    around = await visit.around()
    if page["notice"]["unread"]:
        await visit.api.post(f"{_NOTICES}/{notice_id}/read", {"revision": page["notice"]["revision"]})
        around = replace(around, unread=await unread_count(visit))
    return visit.page("notice.html", active="notices", around=around, page=page, after=after)


@router.post("/avis/{notice_id}/{mark}")
async def mark(form: SentForm, notice_id: UUID, mark: str) -> Response:
    """Mark as read (`lu`) or unread (`non-lu`), and come back."""
    action = "read" if mark == "lu" else "unread"
    revision = form.text("revision")
    body = {"revision": int(revision)} if action == "read" and revision.isdecimal() else None
    await form.visit.api.post(f"{_NOTICES}/{notice_id}/{action}", body)
    if form.visit.is_fragment:
        return form.visit.page(
            "parts/live.html",
            notices=await newest(form.visit),
            around=Surroundings(await unread_count(form.visit)),
        )
    return RedirectResponse(safe_path(form.text("back")), status_code=303)


async def newest(visit: Visit) -> Any:
    """The notices of the home page."""
    return await visit.api.get(_NOTICES, limit=_SHOWN_AT_HOME)


async def unread_count(visit: Visit) -> int | None:
    """For the bell of every page; None while it cannot be known, which is no reason to show no page."""
    answer = await visit.api.get_or_none("/api/notifications/unread-count")
    return None if answer is None else int(answer["unread"])
