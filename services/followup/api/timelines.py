"""Who did what, when, from where, under which definition; and what was refused, and why (spec 5.9)."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from services.followup.api.door import WITH_ACCESS
from services.followup.api.paths import UuidText
from services.followup.ports import Reading, TimelineEntry, TimelinePage, Timelines
from services.followup.schemas import Timeline, TimelineItem
from services.followup.use_cases.visible import visible
from shared.rulebook.errors import Invalid, NotVisible
from shared.runtime.security import CurrentPrincipal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"(?P<micros>[0-9]{1,16})\.(?P<number>-1|[0-9]{1,9})\.(?P<seq>[0-9]{1,18})")
_Order = Annotated[Literal["oldest", "newest"], Query(description="Which comes first.")]
_After = Annotated[str | None, Query(max_length=60)]
_Limit = Annotated[int, Query(ge=1, le=500)]


def timeline_routes(reading: Reading, timelines: Timelines) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/followups", tags=["timelines"], dependencies=WITH_ACCESS)

    @router.get("/{follow_up_id}/timeline")
    async def of_follow_up(
        follow_up_id: UuidText,
        principal: CurrentPrincipal,
        order: _Order = "oldest",
        after: _After = None,
        limit: _Limit = 500,
    ) -> Timeline:
        """One follow-up, page by page: every fact, and every command that made none."""
        await visible(reading, principal, follow_up_id)
        page = TimelinePage(order=order, after=_place(after), limit=limit)
        return _timeline(await timelines.of_follow_up(follow_up_id, page), limit)

    @router.get("/clients/{client_id}/timeline")
    async def of_client(
        client_id: UuidText,
        principal: CurrentPrincipal,
        order: _Order = "newest",
        after: _After = None,
        limit: _Limit = 100,
    ) -> Timeline:
        """One client over all campaigns, page by page, within reach."""
        if not await timelines.sees_client(principal, client_id):
            raise NotVisible("client_not_found")
        page = TimelinePage(order=order, after=_place(after), limit=limit)
        return _timeline(await timelines.of_client(principal, client_id, page), limit)

    return router


def _place(text: str | None) -> tuple[datetime, int, int] | None:
    if text is None:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise Invalid("cursor_invalid")
    return _EPOCH + timedelta(microseconds=int(found["micros"])), int(found["number"]), int(found["seq"])


def _timeline(entries: Sequence[TimelineEntry], limit: int) -> Timeline:
    after = None
    if len(entries) == limit:
        moment, number, seq = entries[-1].place
        after = f"{(moment - _EPOCH) // timedelta(microseconds=1)}.{number}.{seq}"
    return Timeline(items=[_item(entry) for entry in entries], next=after)


def _item(entry: TimelineEntry) -> TimelineItem:
    fact = None if entry.event is None else entry.event.fact
    body = entry.body or {}
    return TimelineItem(
        follow_up_id=entry.follow_up_id,
        number=None if entry.event is None else entry.event.number,
        kind=fact.kind if fact else str(body.get("command")),
        step_id=fact.step_id if fact else body.get("step_id"),
        interaction=fact.interaction if fact else None,
        of=fact.of if fact else body.get("number"),
        ticked=list(fact.ticked if fact else body.get("ticked", ())),
        unticked=list(fact.unticked if fact else body.get("unticked", ())),
        occurred_at=entry.occurred_at,
        received_at=entry.received_at,
        door=entry.door,
        actor=entry.actor,
        actor_name=entry.actor_name,
        verdict=entry.verdict,
        version=None if fact is None else fact.version,
        late=fact is not None and fact.late,
        code=entry.code,
        data=entry.data,
        note=entry.note,
        details=entry.details,
        collected=fact.conclusion.collected if fact and fact.conclusion else None,
    )
