"""*Affecter une opération commerciale*: which campaign shall have the clients of a query."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.frame import Person
from services.portal.screens.queries.building import Text
from services.portal.screens.queries.sheet import QUERIES, address

router = APIRouter(include_in_schema=False)

_ROWS = 50
_TAKING = ["UPCOMING", "RUNNING"]


@router.get("/requetes/affecter")
async def assign(
    visit: Person,
    query_id: Annotated[UUID | None, Query(alias="requete")] = None,
    text: Text = None,
    words: Annotated[str, Query(alias="q", max_length=200)] = "",
    after: Annotated[str | None, Query(alias="apres", max_length=2000)] = None,
) -> Response:
    """The campaigns that take clients; each leads to its own clients with the query chosen."""
    words = words.replace("\0", "").strip()
    whom = {"requete": str(query_id)} if query_id else {"filtre": text or ""}
    asked = {"query_id": str(query_id)} if query_id else {"filter": text or ""}
    found = (await visit.api.post(f"{QUERIES}/count", asked)).body
    page = await visit.api.get("/api/campaigns", status=_TAKING, search=words, after=after, limit=_ROWS)
    return await visit.screen(
        "queries/assign.html",
        active="queries",
        found=found,
        page=page,
        whom=whom,
        words=words,
        after=after,
        here=address("/requetes/affecter", **whom, q=words),
        target=address("", **whom),
    )
