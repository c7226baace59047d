"""The tree of units, opened by links, with the people of the unit chosen (spec 1.1)."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.screens.administration.parts import Administrator, units_of

router = APIRouter(include_in_schema=False)

_PAGE = 25
_HERE = "/administration/structure"
Chosen = Annotated[UUID | None, Query(alias="unite")]
After = Annotated[str | None, Query(alias="apres", max_length=2_000)]


@router.get("/administration/structure")
async def structure(visit: Administrator, chosen: Chosen = None, after: After = None) -> Response:
    """Roots and, of the unit chosen, all above it, those just below it, and its people."""
    units, page = await asyncio.gather(units_of(visit, inactive=True), _people(visit, chosen, after))
    unit = next((one for one in units if one["unit_id"] == str(chosen)), None)
    opened = set() if unit is None else set(unit["path"])
    return await visit.screen(
        "administration/structure.html",
        active="administration",
        units=[one for one in units if one["depth"] == 0 or one["parent_id"] in opened],
        unit=unit,
        opened=opened,
        people=page["items"],
        next=page["next"],
        after=after,
        address=_HERE if chosen is None else f"{_HERE}?unite={chosen}",
    )


async def _people(visit: Administrator, unit: UUID | None, after: str | None) -> Any:
    if unit is None:
        return {"items": [], "next": None}
    return await visit.api.get("/api/directory/users", unit=unit, inactive="true", after=after, limit=_PAGE)
