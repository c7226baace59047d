"""Notices: the list, one with its clients to contact, read and unread, and their live push (spec 7.1)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Header, Query
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from services.portal.forms import SentForm
from services.portal.frame import Person, Surroundings, Visit, safe_path
from services.portal.upstream import SignedOutError, UpstreamProblem

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


@router.get("/live")
async def live(
    visit: Person,
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
    with_list: Annotated[bool, Query(alias="avec_liste")] = False,  # noqa: FBT002  a parameter of the query
) -> Response:
    """What changes on an open page while it is looked at, under the ids of the notification service's own events."""
    stack = AsyncExitStack()
    try:
        upstream = await stack.enter_async_context(visit.api.streaming("/api/notifications/stream", last_event_id))
    except httpx.HTTPError:
        return Response(status_code=503)
    if upstream.status_code != httpx.codes.OK:
        await stack.aclose()
        return Response(status_code=upstream.status_code)
    return StreamingResponse(
        _retold(visit, upstream, stack, with_list=with_list, is_new=last_event_id is None),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def newest(visit: Visit) -> Any:
    """The notices of the home page."""
    return await visit.api.get(_NOTICES, limit=_SHOWN_AT_HOME)


async def unread_count(visit: Visit) -> int | None:
    """For the bell of every page; None while it cannot be known, which is no reason to show no page."""
    answer = await visit.api.get_or_none("/api/notifications/unread-count")
    return None if answer is None else int(answer["unread"])


async def _retold(
    visit: Visit, upstream: httpx.Response, stack: AsyncExitStack, *, with_list: bool, is_new: bool
) -> AsyncIterator[str]:
    """Each event as the parts of the page that it changes; what cannot be told now is asked for again, by its id."""
    try:
        async for event in _events(upstream):
            if "event" not in event:
                yield ":\n\n"
            elif event["event"] == "ready" and not is_new:
                yield f"id: {event['id']}\nretry: 1000\n\n"
            else:
                shown = await newest(visit) if with_list else None
                html = visit.fragment("parts/live.html", notices=shown, around=Surroundings(await unread_count(visit)))
                yield f"id: {event.get('id', '')}\n" + "".join(f"data: {line}\n" for line in html.splitlines()) + "\n"
    except (httpx.HTTPError, UpstreamProblem, SignedOutError):
        return
    finally:
        await stack.aclose()


async def _events(upstream: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """The events of a stream as their fields; an empty one for a comment, the sign of life."""
    event: dict[str, str] = {}
    async for line in upstream.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            event |= {name: value.removeprefix(" ")} if name else {}
            continue
        yield event
        event = {}
