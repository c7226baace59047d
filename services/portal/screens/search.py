"""The search of the top bar: clients within reach and campaigns, by words of their names."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.frame import Person
from services.portal.parts import or_problem

router = APIRouter(include_in_schema=False)

_SHOWN = 20


@router.get("/recherche")
async def search(visit: Person, words: Annotated[str, Query(alias="q", max_length=200)] = "") -> Response:
    """What matches; the whole page is one list per kind."""
    words = words.replace("\0", "").strip()
    clients, campaigns = (None, None)
    if words:
        clients, campaigns = await asyncio.gather(
            or_problem(visit.api.get("/api/directory/clients", search=words, limit=_SHOWN)),
            or_problem(visit.api.get("/api/campaigns", search=words, limit=_SHOWN)),
        )
    return await visit.screen("search.html", words=words, clients=clients, campaigns=campaigns)
