"""Reconciliation: whether figures, facts, rows and executions agree, and what was mended (spec 8.10)."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.forms import SentForm
from services.portal.frame import Person
from services.portal.screens.operating.held import engine_link

router = APIRouter(include_in_schema=False)

_RUNS = "/api/reports/reconciliations"
PARTS = ("facts", "rows", "executions", "confirming", "counters")
Number = Annotated[int, Path(ge=1, lt=2**63)]
After = Annotated[int | None, Query(alias="apres", ge=0, lt=2**63)]


@router.get("/exploitation/rapprochements")
async def reconciliations(visit: Person) -> Response:
    """The last runs; the list alone while one is under way and the page waits."""
    found = await visit.api.get(_RUNS, limit=20)
    template = "operating/runs.html" if visit.is_fragment else "operating/reconciliations.html"
    return await visit.screen(template, active="operating", runs=found["reconciliations"], parts=PARTS)


@router.post("/exploitation/rapprochements")
async def begin(form: SentForm) -> Response:
    """Begin one, or look at the one under way."""
    await form.visit.api.post(_RUNS)
    return RedirectResponse("/exploitation/rapprochements", status_code=303)


@router.get("/exploitation/rapprochements/{number}")
async def differences(visit: Person, number: Number, after: After = None) -> Response:
    """What one run found, and what became of it."""
    run, found = await asyncio.gather(
        visit.api.get(f"{_RUNS}/{number}"), visit.api.get(f"{_RUNS}/{number}/differences", after=after, limit=100)
    )
    rows = [{**one, "engine": engine_link(visit.desk, one["follow_up_id"])} for one in found["differences"]]
    return await visit.screen(
        "operating/differences.html", active="operating", run=run, rows=rows, next=found["next"], after=after
    )
