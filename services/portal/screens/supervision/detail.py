"""The detail tab: a tree in the nesting that the reader wishes, opened level by level (8.7)."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import StringConstraints

from services.portal.frame import Person
from services.portal.parts import or_problem
from services.portal.screens.supervision.view import Asked, tab

router = APIRouter(include_in_schema=False)

LEVELS = ("unit", "campaign", "advisor", "client")
NESTINGS = (
    "unit,advisor,client",
    "unit,campaign,advisor,client",
    "campaign,unit,advisor,client",
    "campaign,advisor,client",
    "advisor,campaign,client",
    "campaign,client",
)
_SORTS = (
    *("name", "clients", "accepted", "refused", "in_progress", "share", "collected", "achievement"),
    *("potential", "remaining_potential", "conversion_rate", "take_up_rate"),
)
Nesting = Annotated[list[Annotated[str, StringConstraints(max_length=60)]], Query(alias="par", max_length=len(LEVELS))]
Parent = Annotated[str | None, Query(alias="sous", max_length=2000)]
Sort = Annotated[str, Query(alias="tri", pattern=f"^-?({'|'.join(_SORTS)})$")]
After = Annotated[str | None, Query(alias="apres", max_length=2000)]


@router.get("/pilotage/detail")
async def detail(  # noqa: PLR0917  each is a part of the address
    visit: Person,
    view: Asked,
    nesting: Nesting = [],  # noqa: B006  FastAPI copies it
    parent: Parent = None,
    sort: Sort = "name",
    after: After = None,
) -> Response:
    """One level: the top, or what lies below an opened row."""
    by = nesting_of(nesting)
    level = visit.api.get(
        "/api/reports/tree",
        by=by,
        parent=parent,
        **view.scope,
        **view.day,
        sort=sort.lstrip("-"),
        descending=str(sort.startswith("-")).lower(),
        after=after,
        limit=100,
    )
    return await tab(
        visit,
        view,
        "detail",
        {"level": or_problem(level)},
        nesting=by,
        nestings=NESTINGS if by in NESTINGS else (*NESTINGS, by),
        usual=NESTINGS,
        levels=LEVELS,
        parent=parent,
        depth=0 if parent is None else parent.count("/") + 1,
        sort=sort,
        after=after,
        new_key=uuid4().hex,
        address=f"/pilotage/detail?{view.query(par=by, tri=sort)}",
        sorting=f"/pilotage/detail?{view.query(par=by)}&tri=",
    )


def nesting_of(asked: list[str]) -> str:
    """The levels in the order asked for, each once, in one word or several; the usual ones where none is named."""
    named = [level for level in ",".join(asked).split(",") if level in LEVELS]
    return ",".join(dict.fromkeys(named)) or NESTINGS[0]
