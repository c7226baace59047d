"""The person's own saved queries and those shared with their unit."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.frame import Person
from services.portal.screens.queries.sheet import address

router = APIRouter(include_in_schema=False)

_ROWS = 50


@router.get("/requetes")
async def listing(
    visit: Person,
    words: Annotated[str, Query(alias="q", max_length=200)] = "",
    after: Annotated[str | None, Query(alias="apres", max_length=2000)] = None,
    *,
    removed: Annotated[bool, Query(alias="supprimee")] = False,
) -> Response:
    """The queries whose names hold the words, in French order."""
    words = words.replace("\0", "").strip()
    page = await visit.api.get("/api/directory/queries", search=words, after=after, limit=_ROWS)
    return await visit.screen(
        "queries/list.html",
        active="queries",
        page=page,
        words=words,
        after=after,
        removed=removed,
        address=address("/requetes", q=words),
    )
