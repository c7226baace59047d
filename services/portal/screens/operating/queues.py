"""What waits between the services: events to leave, events to be handled, and the jobs that go on."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from services.portal.forms import SentForm
from services.portal.frame import Person, Visit
from services.portal.parts import or_problem
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

Service = Literal["directory", "campaign", "followup", "notification", "reporting"]
SERVICES: dict[Service, str] = {
    "directory": "/api/directory",
    "campaign": "/api/campaigns",
    "followup": "/api/followups",
    "notification": "/api/notifications",
    "reporting": "/api/reports",
}
_WORST = ("CURRENT", "LATE", "VERY_LATE")


@router.get("/exploitation/files")
async def queues(visit: Person) -> Response:
    """All queues and jobs; a service that does not answer is named, and the others are shown."""
    answers = await asyncio.gather(*(or_problem(visit.api.get(f"{prefix}/backlog")) for prefix in SERVICES.values()))
    raised_if_not_allowed(answers)
    heard = [answer for answer in answers if not isinstance(answer, UpstreamProblem)]
    found = [one for answer in heard for one in _queues(visit, answer)]
    outboxes = [one for one in found if one["outbox"]]
    consumers = [one for one in found if not one["outbox"]]
    jobs = [{**job, "service": answer["service"]} for answer in heard for job in answer["jobs"]]
    return await visit.screen(
        "operating/queues_now.html" if visit.is_fragment else "operating/queues.html",
        active="operating",
        unheard=[name for name, answer in zip(SERVICES, answers, strict=True) if isinstance(answer, UpstreamProblem)],
        queues=sorted(found, key=lambda one: -_WORST.index(one["state"])),
        outboxes=_together(outboxes),
        consumers=_together(consumers),
        parked=sum(one["parked"] for one in consumers),
        jobs=sorted(jobs, key=lambda job: job["asked_at"]),
        now=visit.desk.clock.now(),
    )


@router.post("/exploitation/traitements/{service}/{job_id}/arreter")
async def stop(form: SentForm, service: Service, job_id: UUID) -> Response:
    """Stop a job, whoever asked for it; one that has ended meanwhile is left as it is."""
    try:
        await form.visit.api.post(f"{SERVICES[service]}/backlog/jobs/{job_id}/stop")
    except UpstreamProblem as problem:
        if problem.code != "job_over":
            raise
    return RedirectResponse("/exploitation/files", status_code=303)


def raised_if_not_allowed(answers: Iterable[object]) -> None:
    """Raise the answer that says that this person may not do this; other problems are shown beside what is known."""
    for answer in answers:
        if isinstance(answer, UpstreamProblem) and answer.status in {401, 403}:
            raise answer


def _queues(visit: Visit, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The outbox of one service, if it has one, and its consumers."""
    service = answer["service"]
    found = [{**one, "service": service, "outbox": False} for one in answer["consumers"]]
    if answer["outbox"] is not None:
        found.insert(0, {**answer["outbox"], "service": service, "outbox": True, "name": None, "parked": 0})
    now = visit.desk.clock.now()
    for one in found:
        seconds = one["oldest_seconds"]
        one["since"] = None if seconds is None else now - timedelta(seconds=seconds)
    return found


def _together(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How many wait in all of them, and the state of the worst."""
    states = [one["state"] for one in found]
    return {"waiting": sum(one["waiting"] for one in found), "state": max(states, key=_WORST.index, default="CURRENT")}
