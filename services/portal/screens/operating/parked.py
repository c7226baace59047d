"""Messages that a consumer set aside for good: listed without their content, tried again, dismissed."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.forms import SentForm
from services.portal.frame import Person
from services.portal.parts import or_problem
from services.portal.screens.operating.queues import SERVICES, Service, raised_if_not_allowed
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

_PAGE = 25
_PLACE = "/exploitation/messages"
Number = Annotated[int, Path(ge=1, lt=2**63)]
After = Annotated[int | None, Query(alias="apres", ge=0, lt=2**63)]
Retried = Annotated[int | None, Query(alias="reprises", ge=0, le=1_000_000)]


@router.get(_PLACE)
async def parked(visit: Person, after: After = None, retried: Retried = None) -> Response:
    """The oldest first, of all services; their numbers are those of one stream, so that one number is the page."""
    answers = await asyncio.gather(
        *(or_problem(visit.api.get(f"{prefix}/parked", after=after, limit=_PAGE)) for prefix in SERVICES.values())
    )
    raised_if_not_allowed(answers)
    found: list[dict[str, Any]] = []
    unheard = []
    for name, answer in zip(SERVICES, answers, strict=True):
        if isinstance(answer, UpstreamProblem):
            unheard.append(name)
        else:
            found += [{**one, "service": name} for one in answer["items"]]
    rows = sorted(found, key=lambda one: one["number"])[:_PAGE]
    return await visit.screen(
        "operating/parked.html",
        active="operating",
        unheard=unheard,
        rows=rows,
        next=rows[-1]["number"] if len(rows) == _PAGE else None,
        after=after,
        retried=retried,
        now=visit.desk.clock.now(),
    )


@router.post("/exploitation/messages/reprendre")
async def retry_all(form: SentForm) -> Response:
    """Give all of them back to the consumers that failed on them."""
    api = form.visit.api
    answers = await asyncio.gather(*(or_problem(api.post(f"{one}/parked/retry", {})) for one in SERVICES.values()))
    raised_if_not_allowed(answers)
    retried = sum(answer.body["retried"] for answer in answers if not isinstance(answer, UpstreamProblem))
    return RedirectResponse(f"{_PLACE}?reprises={retried}", status_code=303)


@router.post("/exploitation/messages/{service}/{number}/reprendre")
async def retry(form: SentForm, service: Service, number: Number) -> Response:
    """Give one back."""
    await form.visit.api.post(f"{SERVICES[service]}/parked/{number}/retry")
    return RedirectResponse(f"{_PLACE}?reprises=1", status_code=303)


@router.post("/exploitation/messages/{service}/{number}/ecarter")
async def dismiss(form: SentForm, service: Service, number: Number) -> Response:
    """Drop one for good."""
    await form.visit.api.post(f"{SERVICES[service]}/parked/{number}/dismiss")
    return RedirectResponse(_PLACE, status_code=303)
