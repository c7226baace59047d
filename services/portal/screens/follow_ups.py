"""The list of the person's own follow-ups."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.frame import Person, Visit

router = APIRouter(include_in_schema=False)

Status = Literal["OPEN", "WAITING", "CONCLUDED"]
STATUSES: tuple[Status, ...] = ("OPEN", "WAITING", "CONCLUDED")


@router.get("/suivis")
async def follow_ups(
    visit: Person,
    status: Annotated[Status, Query(alias="etat")] = "OPEN",
    after: Annotated[str | None, Query(alias="apres", max_length=200)] = None,
) -> Response:
    """My follow-ups of one status, the highest potential first."""
    page = await mine(visit, status=status, after=after, limit=50)
    return await visit.screen(
        "follow_ups.html",
        active="home",
        follow_ups=page,
        chosen=status,
        statuses=STATUSES,
        after=after,
    )


async def mine(visit: Visit, *, status: str, after: str | None, limit: int) -> Any:
    """A page of the follow-ups whose advisor the person is."""
    return await visit.api.get(
        "/api/followups", advisor_id=visit.signed_in.user_id, status=status, after=after, limit=limit
    )
