"""E-mails that are still on their way or failed, without names and addresses (spec 5.4, operations)."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.frame import Person
from services.portal.screens.operating.held import engine_link

router = APIRouter(include_in_schema=False)

State = Annotated[Literal["WAITING", "FAILED"] | None, Query(alias="etat")]
After = Annotated[UUID | None, Query(alias="apres")]


@router.get("/exploitation/courriels")
async def letters(visit: Person, state: State = None, after: After = None) -> Response:
    """The latest first, by state."""
    found = await visit.api.get("/api/followups/letters", state=state, after=after, limit=25)
    return await visit.screen(
        "operating/letters.html",
        active="operating",
        rows=[{**one, "engine": engine_link(visit.desk, one["follow_up_id"])} for one in found["items"]],
        counts={"WAITING": found["waiting"], "FAILED": found["failed"]},
        state=state,
        next=found["next"],
        after=after,
        address="/exploitation/courriels" + (f"?etat={state}" if state else ""),
        now=visit.desk.clock.now(),
    )
