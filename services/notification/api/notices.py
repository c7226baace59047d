"""/api/notifications: my notices, and their live push."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse

from services.notification.ports import Notice, Notices
from services.notification.schemas import (
    ClientShown,
    NoticePage,
    NoticeShown,
    NoticeWithClients,
    ReadAsFarAs,
    ReadUntil,
    UnreadCount,
    after_client,
    after_notice,
    client_cursor,
    notice_cursor,
)
from services.notification.use_cases.push import LivePages, Tidings
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.errors import Forbidden
from shared.runtime.clock import Clock
from shared.runtime.problems import HTTPProblem, NotFound, Unavailable
from shared.runtime.security import CurrentPrincipal, present_principal

router = APIRouter(prefix="/api/notifications", tags=["notifications"])

_TIDINGS_OF_ONE_CONNECTION = 200
"""After so many a page has to connect, and to show its token, again."""
_RECONNECT_AFTER_MS = 1000
_ASK_AGAIN_AFTER = 0.25
_SIGN_OF_LIFE = ": still here\n\n"


@dataclass(frozen=True, slots=True)
class Doors:
    """What the routes use; the lifespan puts one in `app.state.doors`."""

    notices: Notices
    pages: LivePages
    clock: Clock


def _doors(request: Request) -> Doors:
    doors: Doors = request.app.state.doors
    return doors


def _reader(principal: CurrentPrincipal) -> Principal:
    """A person: the CRM has no home page."""
    if principal.crm:
        raise Forbidden("right_missing", {"missing": "user"})
    return principal


TheDoors = Annotated[Doors, Depends(_doors)]
Reader = Annotated[Principal, Depends(_reader)]
Limit = Annotated[int, Query(ge=1, le=200)]
After = Annotated[str | None, Query(max_length=100, description="`next` of the page before.")]


@router.get("/notices")
async def my_notices(doors: TheDoors, reader: Reader, after: After = None, limit: Limit = 20) -> NoticePage:
    """My notices, newest first."""
    found = await doors.notices.page(reader, doors.clock.today(), notice_cursor(after), limit + 1)
    shown = found[:limit]
    more = after_notice(shown[-1]) if len(found) > limit else None
    return NoticePage(items=[NoticeShown.of(notice) for notice in shown], next=more)


@router.get("/notices/{notice_id}")
async def one_notice(
    doors: TheDoors, reader: Reader, notice_id: UUID, after: After = None, limit: Limit = 50
) -> NoticeWithClients:
    """One of my notices with its clients to contact within my reach, the highest potential first."""
    notice = await _mine(doors, reader, notice_id)
    found = await doors.notices.clients(reader, notice, doors.clock.today(), client_cursor(after), limit + 1)
    shown = found[:limit]
    return NoticeWithClients(
        notice=NoticeShown.of(notice),
        clients=[ClientShown.of(client) for client in shown],
        next=after_client(shown[-1]) if len(found) > limit else None,
    )


@router.post("/notices/read")
async def read_all(doors: TheDoors, reader: Reader, until: ReadUntil | None = None) -> UnreadCount:
    """Mark all my notices as read, but for those that gained clients since; answers how many are unread still."""
    await doors.notices.mark_all_read(reader, None if until is None else until.renewed_at, doors.clock.now())
    return UnreadCount(unread=await doors.notices.unread_count(reader))


@router.post("/notices/{notice_id}/read")
async def read(doors: TheDoors, reader: Reader, notice_id: UUID, as_far_as: ReadAsFarAs | None = None) -> NoticeShown:
    """Mark my notice as read; one that gained clients after the revision given stays unread."""
    await _mine(doors, reader, notice_id)
    revision = None if as_far_as is None else as_far_as.revision
    await doors.notices.mark_read(reader, str(notice_id), revision, doors.clock.now())
    return NoticeShown.of(await _mine(doors, reader, notice_id))


@router.post("/notices/{notice_id}/unread")
async def unread(doors: TheDoors, reader: Reader, notice_id: UUID) -> NoticeShown:
    """Mark my notice as unread."""
    await _mine(doors, reader, notice_id)
    await doors.notices.mark_unread(reader, str(notice_id), doors.clock.now())
    return NoticeShown.of(await _mine(doors, reader, notice_id))


@router.get("/unread-count")
async def unread_count(doors: TheDoors, reader: Reader) -> UnreadCount:
    """How many of my notices are unread."""
    return UnreadCount(unread=await doors.notices.unread_count(reader))


@router.get("/stream", response_class=StreamingResponse)
async def stream(
    request: Request,
    doors: TheDoors,
    reader: Reader,
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> StreamingResponse:
    """Server-sent events about my notices: `ready` at once, then `notice` as they change, `reset` when some are lost.

    Send the last id seen as `Last-Event-ID` to go on without losing or repeating one. It ends without another event
    when my rights are no longer those it began with: connect again under the present ones.
    """
    last_seen = int(last_event_id) if last_event_id and last_event_id.isdecimal() else None
    return StreamingResponse(
        _sent(doors.pages, reader, last_seen, lambda: _is_still(reader, request)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _mine(doors: Doors, reader: Principal, notice_id: UUID) -> Notice:
    notice = await doors.notices.find(reader, str(notice_id), doors.clock.today())
    if notice is None:
        raise NotFound
    return notice


async def _sent(
    pages: LivePages, reader: Principal, last_seen: int | None, is_still_reader: Callable[[], Awaitable[bool]]
) -> AsyncIterator[str]:
    count = 0
    # Without an access level none of the notices is the reader's to see; what is missed is told once one is given.
    has_notices = reader.access_level is not AccessLevel.NONE
    async with aclosing(pages.follow(reader.user_id, last_seen)) as followed:
        async for tidings in followed:
            if not await is_still_reader():
                return
            if not count:
                yield f"retry: {_RECONNECT_AFTER_MS}\nid: {tidings.reached}\nevent: ready\ndata: {{}}\n\n"
            else:
                yield _as_text(tidings) if has_notices else _SIGN_OF_LIFE
            count += 1
            if count > _TIDINGS_OF_ONE_CONNECTION:
                return


async def _is_still(reader: Principal, request: Request) -> bool:
    """Whether the page's token still stands for the same rights; waits for as long as they cannot be checked."""
    while True:
        try:
            return await present_principal(request) == reader
        except Unavailable:
            await asyncio.sleep(_ASK_AGAIN_AFTER)
        except HTTPProblem:
            return False


def _as_text(tidings: Tidings) -> str:
    told = "".join(
        f"id: {event.seq}\nevent: notice\ndata: {json.dumps({'kind': event.kind, 'notice_id': event.notice_id})}\n\n"
        for event in tidings.events
    )
    if tidings.gap:
        told = f"id: {tidings.reached}\nevent: reset\ndata: {{}}\n\n{told}"
    return told or _SIGN_OF_LIFE
