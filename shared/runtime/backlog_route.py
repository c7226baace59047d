"""The route by which operators see what of a service waits; each service has it below its own prefix."""

from collections.abc import Callable
from dataclasses import asdict

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from shared.rulebook.access import Action, may
from shared.runtime.backlog import BacklogState, ConsumerBacklog, Waiting, consumer_backlogs, outbox_backlog
from shared.runtime.database import Database
from shared.runtime.jobs_under_way import JobsUnderWay
from shared.runtime.messaging import Bus
from shared.runtime.security import CurrentPrincipal


class WaitingOut(BaseModel):
    """One queue."""

    waiting: int = Field(description="How many wait")
    oldest_seconds: int | None = Field(description="How long the oldest has waited; null where nothing waits")
    state: BacklogState = Field(description="CURRENT below 10 seconds, LATE below 5 minutes, then VERY_LATE")

    @classmethod
    def of(cls, found: Waiting) -> "WaitingOut":
        """As it is shown: whole seconds."""
        age = found.oldest_seconds
        return cls(waiting=found.number, oldest_seconds=None if age is None else int(age), state=found.state)


class ConsumerOut(WaitingOut):
    """What one consumer has yet to handle."""

    name: str
    parked: int = Field(description="How many it set aside for good, after they failed again and again")

    @classmethod
    def about(cls, found: ConsumerBacklog) -> "ConsumerOut":
        """As it is shown."""
        return cls(name=found.name, parked=found.parked, **WaitingOut.of(found.waiting).model_dump())


class JobOut(BaseModel):
    """A job that has not ended."""

    job_id: str
    kind: str
    campaign_id: str | None
    done: int
    total: int | None = Field(description="null where it is not known yet")
    asked_at: AwareDatetime
    stoppable: bool = Field(description="Whether an operator may stop it; not what an archived campaign implies")


class BacklogOut(BaseModel):
    """What of one service waits."""

    service: str
    outbox: WaitingOut | None = Field(description="Events that are written and have not left; null where none ever do")
    consumers: list[ConsumerOut] = Field(description="Events that others sent and that are not handled yet, by name")
    jobs: list[JobOut] = Field(description="Jobs that have not ended, the oldest first, a hundred at most")


def backlog_router(
    prefix: str,
    service: str,
    *,
    outbox: Database | None,
    bus: Callable[[], Bus],
    jobs: JobsUnderWay | None,
) -> APIRouter:
    """`GET {prefix}/backlog`; `bus` raises Unavailable until the service is connected."""
    router = APIRouter(prefix=prefix, tags=["operating"])

    @router.get("/backlog")
    async def backlog(principal: CurrentPrincipal) -> BacklogOut:
        """What waits: events to leave and to be handled, with the age of the oldest, and jobs. Takes OPERATOR."""
        may(principal, Action.OPERATE)
        connected = bus()
        return BacklogOut(
            service=service,
            outbox=None if outbox is None else WaitingOut.of(await outbox_backlog(outbox)),
            consumers=[ConsumerOut.about(one) for one in await consumer_backlogs(connected, connected.sources)],
            jobs=[JobOut(**asdict(one)) for one in (await jobs() if jobs else ())],
        )

    return router
