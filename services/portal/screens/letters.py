"""What became of the e-mails of a follow-up: on their way, sent, or failed and why (spec 5.4)."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.frame import Person, Visit

router = APIRouter(include_in_schema=False)

_SHOWN = 10


@router.get("/suivis/{follow_up_id}/courriels")
async def letters(visit: Person, follow_up_id: UUID) -> Response:
    """The e-mails alone, asked for again and again while one of them is on its way."""
    sent = await letters_of(visit, str(follow_up_id))
    return visit.page("parts/letters.html", sent=sent, follow_up_id=str(follow_up_id))


async def letters_of(visit: Visit, path: str) -> list[dict[str, Any]]:
    """The latest ones first; none where they cannot be told now."""
    found = await visit.api.get_or_none(f"/api/followups/{path}/letters")
    return [] if found is None else found["items"][:_SHOWN]
