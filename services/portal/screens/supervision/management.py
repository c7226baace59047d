"""The management tab: every client with state, step, amounts; filtered, sorted, and concluded many at once (8.7)."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.frame import Person
from services.portal.parts import or_problem
from services.portal.screens.supervision.view import Asked, View, read_head, tab

router = APIRouter(include_in_schema=False)

_SHOWN = 50
SORTS = ("client", "campaign", "advisor", "state", "step", "entry_date", "potential", "collected", "last_activity")
Result = Annotated[
    Literal["", "accepted", "refused", "in_progress", "closed_without_conclusion"], Query(alias="resultat")
]
Sort = Annotated[str, Query(alias="tri", pattern=f"^-?({'|'.join(SORTS)})$")]
Text = Annotated[str, Query(alias="nom", max_length=100)]
Overdue = Annotated[Literal["", "1"], Query(alias="retard")]
After = Annotated[str | None, Query(alias="apres", max_length=2000)]


@router.get("/pilotage")
async def management(  # noqa: PLR0917  each is a part of the address
    visit: Person,
    view: Asked,
    result: Result = "",
    text: Text = "",
    overdue: Overdue = "",
    sort: Sort = "client",
    after: After = None,
) -> Response:
    """The list of a view; of a past day there is nothing to conclude."""
    chosen = {"resultat": result, "nom": text.replace("\0", "").strip(), "retard": overdue}
    kept = {name: value for name, value in chosen.items() if value}
    page = visit.api.get(
        "/api/reports/clients",
        **listed(view, chosen),
        **view.day,
        sort=sort.lstrip("-"),
        descending=str(sort.startswith("-")).lower(),
        after=after,
        limit=_SHOWN,
    )
    return await tab(
        visit,
        view,
        "management",
        {"page": or_problem(page)},
        chosen=chosen,
        sort=sort,
        after=after,
        sorting=f"/pilotage?{view.query(**kept)}&tri=",
        address=f"/pilotage?{view.query(**kept, tri=sort)}",
        selection=urlencode(kept),
        shown=urlencode({**kept, "tri": sort}),
        new_key=uuid4().hex,
    )


@router.get("/pilotage/chiffres")
async def figures(visit: Person, view: Asked) -> Response:
    """The head alone, when figures have changed."""
    return visit.page("supervision/head.html", view=view, head=await or_problem(read_head(visit, view)))


def listed(view: View, chosen: dict[str, str]) -> dict[str, Any]:
    """The filters of the list as the reports are asked."""
    return {
        **view.scope,
        "result": chosen["resultat"] or None,
        "text": chosen["nom"] or None,
        "overdue": "true" if chosen["retard"] else None,
    }
