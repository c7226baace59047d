"""What changes on an open page while it is looked at: notices and figures over one connection (spec 7.1, 8.1).

Notices come as the parts of the page that they change. Of figures only the event `figures` is told, and a part that
shows some asks for itself anew: `hx-get="…" hx-trigger="figures from:body"`. So a page may show any view of them.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Annotated, Self
from uuid import UUID

import httpx
from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import Response, StreamingResponse

from services.portal.frame import Person, Surroundings, Visit
from services.portal.screens.notices import newest, unread_count
from services.portal.upstream import SignedOutError, UpstreamProblem

router = APIRouter(include_in_schema=False)

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_TELLING = frozenset({"figures", "changes"})
_NOT_FOR_THEM = frozenset({401, 403, 404, 422})
"""Answers of the figures that stay the same however often one asks."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: the list of notices beside the bell, and figures of these campaigns and people."""

    notices: bool = False
    figures: bool = False
    campaigns: tuple[UUID, ...] = ()
    unit: UUID | None = None
    advisor: UUID | None = None


def _shown(
    notices: Annotated[bool, Query(alias="avec_liste")] = False,  # noqa: FBT002  a parameter of the query
    figures: Annotated[bool, Query(alias="chiffres")] = False,  # noqa: FBT002  likewise
    campaigns: Annotated[Sequence[UUID], Query(alias="operation", max_length=20)] = (),
    unit: Annotated[UUID | None, Query(alias="unite")] = None,
    advisor: Annotated[UUID | None, Query(alias="conseiller")] = None,
) -> Shown:
    return Shown(notices, figures, tuple(campaigns), unit, advisor)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a page was told, as its Last-Event-ID says: of notices, and of figures where it shows some."""

    notices: str | None = None
    figures: str | None = None

    @classmethod
    def of(cls, last_event_id: str | None) -> Self:
        """The place that an id names."""
        notices, _, figures = (last_event_id or "").partition("~")
        return cls(notices or None, figures or None)

    def __str__(self) -> str:
        """The id."""
        return (self.notices or "") + (f"~{self.figures}" if self.figures else "")


@dataclass(frozen=True, slots=True)
class Told:
    """The fields of one event, and how far that comes; without any, a sign of life."""

    fields: str = ""
    notices: str | None = None
    figures: str | None = None


@router.get("/live")
async def live(
    visit: Person,
    shown: Annotated[Shown, Depends(_shown)],
    last_event_id: Annotated[str | None, Header(max_length=130)] = None,
) -> Response:
    """Server-sent events under the ids of the services' own; the connection lasts as long as that for notices."""
    place, stack = Place.of(last_event_id), AsyncExitStack()
    try:
        upstream = await stack.enter_async_context(visit.api.streaming("/api/notifications/stream", place.notices))
    except httpx.HTTPError:
        return Response(status_code=503)
    if upstream.status_code != httpx.codes.OK:
        await stack.aclose()
        return Response(status_code=upstream.status_code)
    notices = _notices(visit, upstream, stack, with_list=shown.notices, is_new=place.notices is None)
    told = _beside(notices, _figures(visit, shown, place.figures)) if shown.figures else notices
    return StreamingResponse(
        _sent(told, place),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _sent(told: AsyncIterator[Told], place: Place) -> AsyncIterator[str]:
    """Each under the id of what the page has been told once it has this one, and no sooner."""
    async for one in told:
        if not one.fields:
            yield ":\n\n"
            continue
        place = replace(place, notices=one.notices or place.notices, figures=one.figures or place.figures)
        yield f"id: {place}\n{one.fields}\n"


async def _notices(
    visit: Visit, upstream: httpx.Response, stack: AsyncExitStack, *, with_list: bool, is_new: bool
) -> AsyncGenerator[Told, None]:
    """Each event as the parts of the page that it changes; what cannot be told now is asked for again, by its id."""
    try:
        async for event in _events(upstream):
            if "event" not in event:
                yield Told()
            elif event["event"] == "ready" and not is_new:
                yield Told("retry: 1000\n", notices=event["id"])
            else:
                shown = await newest(visit) if with_list else None
                html = visit.fragment("parts/live.html", notices=shown, around=Surroundings(await unread_count(visit)))
                yield Told("".join(f"data: {line}\n" for line in html.splitlines()), notices=event.get("id"))
    except (httpx.HTTPError, UpstreamProblem, SignedOutError):
        return
    finally:
        await stack.aclose()


async def _figures(visit: Visit, shown: Shown, last_id: str | None) -> AsyncGenerator[Told, None]:
    """That figures changed; connects again by itself, and ends where the visitor may not see these figures."""
    pause = _FIRST_PAUSE
    asked = {"campaign_id": shown.campaigns, "unit_id": shown.unit, "advisor_id": shown.advisor}
    while True:
        try:
            async with visit.api.streaming("/api/reports/live", last_id, **asked) as upstream:
                if upstream.status_code in _NOT_FOR_THEM:
                    return
                if upstream.status_code == httpx.codes.OK:
                    pause = _FIRST_PAUSE
                    async for event in _events(upstream):
                        last_id = event.get("id", last_id)
                        if event.get("event") in _TELLING:
                            yield Told("event: figures\ndata: \n", figures=last_id)
        except httpx.HTTPError:
            pass  # as if it had ended: after a pause one goes on where one was
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


async def _beside(main: AsyncGenerator[Told, None], other: AsyncGenerator[Told, None]) -> AsyncIterator[Told]:
    """What either tells, as it comes, until `main` ends; each is read by tasks of its own, which end with this."""
    coming = {asyncio.ensure_future(anext(one, None)): one for one in (main, other)}
    try:
        while main in coming.values():
            done, _ = await asyncio.wait(coming, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                source, told = coming.pop(task), task.result()
                if told is not None:
                    yield told
                    coming[asyncio.ensure_future(anext(source, None))] = source
    finally:
        for task in coming:
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)


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
