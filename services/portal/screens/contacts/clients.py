"""The list of clients within reach: searched, narrowed to a segment or an advisor, page by page."""

import asyncio
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.frame import Person

router = APIRouter(include_in_schema=False)

_SHOWN = 50
_MOST_ADVISORS = 200
_UUID_OR_NOTHING = r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$"


@router.get("/contacts")
async def clients(
    visit: Person,
    words: Annotated[str, Query(alias="q", max_length=200)] = "",
    segment: Annotated[str, Query(max_length=200)] = "",
    advisor: Annotated[str, Query(alias="conseiller", pattern=_UUID_OR_NOTHING)] = "",
    after: Annotated[str | None, Query(alias="apres", max_length=2000)] = None,
) -> Response:
    """A page of them in French order."""
    chosen = {"q": _plain(words), "segment": _plain(segment), "conseiller": advisor}
    page, advisors = await asyncio.gather(
        visit.api.get(
            "/api/directory/clients",
            search=chosen["q"],
            segment=chosen["segment"] or None,
            advisor=advisor or None,
            after=after,
            limit=_SHOWN,
        ),
        visit.api.get_or_none("/api/directory/users", limit=_MOST_ADVISORS),
    )
    kept = urlencode({name: value for name, value in chosen.items() if value})
    return await visit.screen(
        "contacts/list.html",
        active="contacts",
        page=page,
        chosen=chosen,
        advisors=(advisors or {"items": []})["items"],
        after=after,
        address=f"/contacts?{kept}" if kept else "/contacts",
    )


def _plain(text: str) -> str:
    return text.replace("\0", "").strip()
