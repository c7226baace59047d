"""What is wrong between the services, at a glance, on the first view: loaded after it, so that it holds up nothing."""

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.frame import Person
from services.portal.parts import or_problem
from services.portal.screens.operating.queues import SERVICES, raised_if_not_allowed
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are of something, and where they are listed; none of it is good unless it is only under way."""

    name: str
    address: str
    number: int | None = None
    is_wrong: bool = True


NOT_YET = (
    Count("stuck", "/exploitation/files"),
    Count("late", "/exploitation/files"),
    Count("parked", "/exploitation/messages"),
    Count("letters", "/exploitation/courriels?etat=FAILED"),
    Count("jobs", "/exploitation/files", is_wrong=False),
)
"""As the page shows them until they are counted."""


@router.get("/exploitation/apercu")
async def glance(visit: Person) -> Response:
    """The counts; a service that does not answer is named, and the others are counted."""
    letters, *answers = await asyncio.gather(
        or_problem(visit.api.get("/api/followups/letters", state="FAILED", limit=1)),
        *(or_problem(visit.api.get(f"{prefix}/backlog")) for prefix in SERVICES.values()),
    )
    raised_if_not_allowed(answers)
    heard = [answer for answer in answers if not isinstance(answer, UpstreamProblem)]
    queues = [one for answer in heard for one in (*answer["consumers"], *filter(None, (answer["outbox"],)))]
    numbers = {
        "stuck": sum(one["state"] == "VERY_LATE" for one in queues),
        "late": sum(one["state"] == "LATE" for one in queues),
        "parked": sum(one["parked"] for answer in heard for one in answer["consumers"]),
        "letters": None if isinstance(letters, UpstreamProblem) else letters["failed"],
        "jobs": sum(len(answer["jobs"]) for answer in heard),
    }
    return visit.page(
        "operating/glance.html",
        glance=[Count(one.name, one.address, numbers[one.name], one.is_wrong) for one in NOT_YET],
        counted=True,
        unheard=[name for name, answer in zip(SERVICES, answers, strict=True) if isinstance(answer, UpstreamProblem)],
    )
