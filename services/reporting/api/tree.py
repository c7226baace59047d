"""The detail tree over HTTP: any nesting of units, campaigns, advisors and clients, opened level by level."""

from datetime import date
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Query

from services.reporting.api.asking import AsOfDay, AxisAsked, CampaignId, Statuses, text
from services.reporting.ports.listing import Listings
from services.reporting.ports.reading import Axis, Readings, Scope
from services.reporting.schemas.tree import NodeOut, TreeOut, after_of, tree_place
from services.reporting.use_cases.as_of import asked_day
from services.reporting.use_cases.figures import asked_for
from services.reporting.use_cases.tree import Branching, Level, read_level
from services.reporting.use_cases.tree_order import NodeSort
from shared.rulebook.access import Action, may
from shared.runtime.clock import Clock
from shared.runtime.http import PROBLEMS
from shared.runtime.security import CurrentPrincipal

_ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_LEVEL = "(unit|advisor|campaign|client)"
By = Annotated[
    str, Query(pattern=rf"^{_LEVEL}(,{_LEVEL}){{0,3}}$", description="Levels from the top, such as `unit,advisor`.")
]
Parent = Annotated[
    str | None,
    Query(
        # Units lie at most 32 deep, then campaign, advisor and client.
        pattern=rf"^{_LEVEL}:{_ID}(/{_LEVEL}:{_ID}){{0,34}}$",
        max_length=2000,
        description="`path` of the node to be opened.",
    ),
]


class Reading(Readings, Listings, Protocol):
    """Figures and single follow-ups."""


def tree_routes(readings: Reading, clock: Clock) -> APIRouter:
    """The route."""
    router = APIRouter(
        prefix="/api/reports", tags=["reports"], responses={404: PROBLEMS[422] | {"description": "Not seen"}}
    )

    @router.get("/tree")
    async def tree(
        principal: CurrentPrincipal,
        *,
        by: By,
        parent: Parent = None,
        campaign_id: CampaignId = None,
        statuses: Statuses = (),
        unit_id: Annotated[UUID | None, Query(description="Only this unit and all below it.")] = None,
        advisor_id: Annotated[UUID | None, Query(description="Only this advisor of record.")] = None,
        as_of: AsOfDay = None,
        axis: AxisAsked = Axis.RECORDED,
        name: Annotated[str | None, Query(alias="text", min_length=1, max_length=100, pattern=r"^[^\x00]*$")] = None,
        sort: NodeSort = NodeSort.NAME,
        descending: bool = False,
        after: Annotated[str | None, Query(max_length=2000, description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> TreeOut:
        """One level of the tree, below `parent` or at the top; the sums of a level add up to the node above."""
        may(principal, Action.SEE_FIGURES)
        path = tuple(_node(told) for told in (parent or "").split("/") if told)
        branching = Branching(
            by=tuple(Level(level) for level in by.split(",")),
            path=path,
            sort=sort,
            descending=descending,
            text=name,
            after=tree_place(after),
            limit=limit,
        )
        past = asked_day(clock, as_of, axis, of_client=branching.fixed(Level.CLIENT) is not None)
        today: date = as_of or clock.today()
        scope = Scope(principal, text(unit_id), text(advisor_id))
        async with readings.listing(past) as (figures, rows):
            campaigns = await asked_for(figures, scope, today, campaign_id=text(campaign_id), statuses=statuses)
            nodes, more = await read_level(figures, rows, scope, today, campaigns, branching)
        return TreeOut(
            as_of=today.isoformat(),
            axis=axis,
            nodes=[NodeOut.of(node, parent or "") for node in nodes],
            next=after_of(list(nodes), more=more),
        )

    return router


def _node(told: str) -> tuple[Level, str]:
    level, _, identifier = told.partition(":")
    return Level(level), identifier
