"""Figures as they change, as server-sent events."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import date
from time import monotonic
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse

from services.reporting.schemas.live import LiveOut
from services.reporting.use_cases.live import LiveFigures, Present, Told
from services.reporting.use_cases.live_board import LiveQuestion
from shared.rulebook.access import Action, Principal, may
from shared.rulebook.errors import RuleBroken
from shared.runtime.http import PROBLEMS
from shared.runtime.problems import HTTPProblem, Unavailable
from shared.runtime.security import CurrentPrincipal, present_principal

_LONGEST_SECONDS = 600
"""After so long a page has to connect, and to show its token, again."""
_RECONNECT_AFTER_MS = 1000


def _present(request: Request) -> Present:
    async def present() -> Principal:
        return await present_principal(request)

    return present


def _question(
    campaign_ids: Annotated[
        Sequence[UUID],
        Query(alias="campaign_id", max_length=20, description="These, with their steps; default: all not archived."),
    ] = (),
    unit_id: Annotated[UUID | None, Query(description="Only this unit and all below it.")] = None,
    advisor_id: Annotated[UUID | None, Query(description="Only this advisor of record.")] = None,
) -> LiveQuestion:
    return LiveQuestion(
        tuple(sorted({str(campaign) for campaign in campaign_ids})),
        None if unit_id is None else str(unit_id),
        None if advisor_id is None else str(advisor_id),
    )


def live_routes(live: LiveFigures, today: Callable[[], date], *, per_person: int) -> APIRouter:
    """/api/reports/live; a person has at most so many streams open at one process."""
    router = APIRouter(
        prefix="/api/reports", tags=["reports"], responses={404: PROBLEMS[422] | {"description": "Not seen"}}
    )

    @router.get("/live", response_class=StreamingResponse)
    async def follow(
        principal: CurrentPrincipal,
        present: Annotated[Callable[[], Awaitable[Principal]], Depends(_present)],
        question: Annotated[LiveQuestion, Depends(_question)],
        last_event_id: Annotated[str | None, Header(max_length=80)] = None,
    ) -> StreamingResponse:
        """Server-sent events: `figures` with all campaigns at once, then `changes` with those whose figures changed.

        At most one a second. Send the last id seen as `Last-Event-ID` to go on without losing or repeating a state.
        The stream ends when the right to see what was asked is taken away.
        """
        may(principal, Action.SEE_FIGURES)
        if live.open_by(principal.user_id) >= per_person:
            raise HTTPProblem(429, "too_many_streams", data={"limit": per_person})
        following = cast("AsyncGenerator[Told, None]", live.follow(present, question, last_event_id))
        first = await anext(following)
        return StreamingResponse(
            _sent(first, following, today),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return router


async def _sent(first: Told, following: AsyncGenerator[Told, None], today: Callable[[], date]) -> AsyncIterator[str]:
    until = monotonic() + _LONGEST_SECONDS
    async with aclosing(following):
        yield f"retry: {_RECONNECT_AFTER_MS}\n{_text(first, today()) if _tells(first) else _ready(first)}"
        try:
            async for told in following:
                yield _text(told, today()) if _tells(told) else ": still here\n\n"
                if monotonic() > until:
                    return
        except (RuleBroken, HTTPProblem, Unavailable):
            return  # who may no longer see it is told why when the page connects again


def _tells(told: Told) -> bool:
    return told.whole or bool(told.campaigns) or told.shown is not None


def _ready(told: Told) -> str:
    return f"id: {told.id}\nevent: ready\ndata: {{}}\n\n"


def _text(told: Told, today: date) -> str:
    event = "figures" if told.whole else "changes"
    return f"id: {told.id}\nevent: {event}\ndata: {LiveOut.of(told, today).model_dump_json()}\n\n"
