"""What operators do about what waits in a service: stop a job, try messages set aside again or drop them.

Each service has these routes below its own prefix; a message is of the service whose consumer set it aside.
"""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, Field

from shared.rulebook.access import Action, may
from shared.rulebook.errors import NotVisible
from shared.runtime.jobs_under_way import StopJob
from shared.runtime.logging import logger
from shared.runtime.messaging import Bus, NotParkedError
from shared.runtime.parking import ParkedMessage
from shared.runtime.security import CurrentPrincipal

_MOST_AT_ONCE = 1_000
_log = logger(__name__)

_Number = Annotated[int, Path(ge=1, lt=2**63, description="The message's place in the stream PARKING")]


class ParkedOut(BaseModel):
    """One message that a consumer set aside; its content, which may name people, is not shown."""

    number: int
    consumer: str
    subject: str = Field(description="The event's type and the id of what it is about")
    reason: str
    parked_at: AwareDatetime | None


class ParkedPage(BaseModel):
    """Messages set aside, the oldest first."""

    items: list[ParkedOut]
    next: int | None = Field(description="Give it as `after` for the next page; null on the last")


class RetryParked(BaseModel):
    """Which messages shall be tried again."""

    consumer: str | None = Field(default=None, max_length=200, description="Only those of this consumer")


class RetriedParked(BaseModel):
    """How many went back to their consumers."""

    retried: int


def parked_router(prefix: str, bus: Callable[[], Bus]) -> APIRouter:
    """`{prefix}/parked`: what this service's consumers set aside for good. All of it takes OPERATOR."""
    router = APIRouter(prefix=f"{prefix}/parked", tags=["operating"])

    @router.get("")
    async def parked(
        principal: CurrentPrincipal,
        after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> ParkedPage:
        """Messages that failed again and again and wait for somebody to decide, without their content."""
        may(principal, Action.OPERATE)
        connected = bus()
        found = await connected.parked(_consumers(connected), after=after, limit=limit)
        return ParkedPage(items=[_told(one) for one in found], next=found[-1].seq if len(found) == limit else None)

    @router.post("/retry")
    async def retry_all(wanted: RetryParked, principal: CurrentPrincipal) -> RetriedParked:
        """Give them back to the consumers that failed on them, a thousand at most; ask again for the rest."""
        may(principal, Action.OPERATE)
        connected = bus()
        of = _consumers(connected) if wanted.consumer is None else _consumers(connected) & {wanted.consumer}
        retried = 0
        for one in await connected.parked(of, limit=_MOST_AT_ONCE):
            try:
                await connected.retry_parked(one.seq, of)
            except NotParkedError:
                continue  # somebody else was quicker
            retried += 1
        _log.info("parked messages are tried again", number=retried, by=principal.user_id)
        return RetriedParked(retried=retried)

    @router.post("/{number}/retry", status_code=204)
    async def retry(number: _Number, principal: CurrentPrincipal) -> None:
        """Give one back to the consumer that failed on it; if it fails again, it is set aside again."""
        may(principal, Action.OPERATE)
        connected = bus()
        try:
            await connected.retry_parked(number, _consumers(connected))
        except NotParkedError:
            raise NotVisible("parked_unknown") from None
        _log.info("a parked message is tried again", number=number, by=principal.user_id)

    @router.post("/{number}/dismiss", status_code=204)
    async def dismiss(number: _Number, principal: CurrentPrincipal) -> None:
        """Drop one for good: its consumer never handles it."""
        may(principal, Action.OPERATE)
        connected = bus()
        try:
            await connected.dismiss_parked(number, _consumers(connected))
        except NotParkedError:
            raise NotVisible("parked_unknown") from None
        _log.warning("a parked message was dismissed", number=number, by=principal.user_id)

    return router


def stopping_router(prefix: str, stop: StopJob) -> APIRouter:
    """`POST {prefix}/backlog/jobs/{job_id}/stop`."""
    router = APIRouter(prefix=f"{prefix}/backlog/jobs", tags=["operating"])

    @router.post("/{job_id}/stop", status_code=204)
    async def stop_job(job_id: UUID, principal: CurrentPrincipal) -> None:
        """Stop anybody's job; what is done stays done, and its asker sees that it was stopped. Takes OPERATOR."""
        may(principal, Action.OPERATE)
        await stop(str(job_id))
        _log.info("an operator stopped a job", job_id=str(job_id), by=principal.user_id)

    return router


def _consumers(bus: Bus) -> set[str]:
    return {source.of for source in bus.sources}


def _told(found: ParkedMessage) -> ParkedOut:
    return ParkedOut(
        number=found.seq,
        consumer=found.consumer,
        subject=found.subject,
        reason=found.reason,
        parked_at=found.parked_at,
    )
