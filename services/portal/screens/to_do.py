"""What there is to do: what is due, what was offered next, what waits for a conclusion, and all else (spec 7.2)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.frame import Person, Visit
from services.portal.parts import or_problem

router = APIRouter(include_in_schema=False)

_SHOWN = 10


class ToDoList(StrEnum):
    """The lists, by their names in addresses."""

    DUE = "echeances"
    OFFERED = "proposees"
    CONCLUSIONS = "conclusions"
    ALL = "suivis"


_SOURCES = {
    ToDoList.DUE: "/api/followups/due",
    ToDoList.OFFERED: "/api/followups/to-do/offered",
    ToDoList.CONCLUSIONS: "/api/followups/to-do/conclusions",
    ToDoList.ALL: "/api/followups",
}

Chosen = Annotated[ToDoList | None, Query(alias="liste")]
After = Annotated[str | None, Query(alias="apres", max_length=200)]


@dataclass(frozen=True, slots=True)
class ToDo:
    """One of the lists, and how long those are that somebody should look at."""

    chosen: ToDoList
    counts: dict[ToDoList, int]
    late: int
    page: Any
    after: str | None


@router.get("/a-faire")
async def to_do(visit: Person, chosen: Chosen = None, after: After = None) -> Response:
    """The list alone, for the home page that chooses another; or a page of its own."""
    template = "parts/to_do.html" if visit.is_fragment else "to_do.html"
    return await visit.screen(template, active="home", to_do=await or_problem(read_to_do(visit, chosen, after)))


async def read_to_do(visit: Visit, chosen: ToDoList | None, after: str | None = None) -> ToDo:
    """The list chosen, or the first that is not empty. UpstreamProblem when it cannot be read."""
    told = await visit.api.get("/api/followups/to-do/counts")
    counts = {
        ToDoList.DUE: told["late"] + told["today"],
        ToDoList.OFFERED: told["offered"],
        ToDoList.CONCLUSIONS: told["conclusion"],
    }
    at = chosen or next((one for one, number in counts.items() if number), ToDoList.ALL)
    only = {"status": "OPEN"} if at is ToDoList.ALL else {}
    page = await visit.api.get(_SOURCES[at], after=after, limit=_SHOWN, **only)
    return ToDo(at, counts, told["late"], page, after)
