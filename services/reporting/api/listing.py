"""The management list over HTTP: every follow-up within reach, and those of them that one job may conclude."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints

from services.reporting.api.asking import AsOfDay, AxisAsked
from services.reporting.ports.listing import Column, Listings, Order, Wanted
from services.reporting.ports.reading import Axis, Scope
from services.reporting.schemas.listing import ConcludableOut, ListOut, place_of
from services.reporting.use_cases.as_of import DayClock, asked_day
from services.reporting.use_cases.listing import read_concludable, read_list
from shared.rulebook.access import Action, may
from shared.rulebook.campaign import CampaignStatus
from shared.rulebook.counting import ClientResult
from shared.rulebook.follow_up import ConclusionKind, FollowUpStatus
from shared.runtime.http import PROBLEMS
from shared.runtime.security import CurrentPrincipal

Amount = Annotated[Decimal | None, Query(ge=0, max_digits=18, decimal_places=2)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
Id = Annotated[UUID | None, Query()]
Campaign = Annotated[UUID | None, Query(description="One campaign; without it, all that the reader sees.")]
Statuses = Annotated[
    Sequence[CampaignStatus], Query(alias="status", description="Only these, of all campaigns; default: not archived.")
]


def listing_routes(listings: Listings, clock: DayClock) -> APIRouter:
    """The routes."""
    router = APIRouter(
        prefix="/api/reports", tags=["reports"], responses={404: PROBLEMS[422] | {"description": "Not seen"}}
    )

    async def wanted(  # noqa: PLR0917  one parameter per filter
        principal: CurrentPrincipal,
        unit_id: Annotated[UUID | None, Query(description="The advisor of record is in it or below.")] = None,
        advisor_id: Annotated[UUID | None, Query(description="The advisor of record.")] = None,
        present_advisor_id: Id = None,
        client_id: Id = None,
        state: Annotated[Sequence[FollowUpStatus], Query(description="Default: all but WITHDRAWN.")] = (),
        result: Annotated[Sequence[ClientResult], Query()] = (),
        conclusion: Annotated[Sequence[ConclusionKind], Query()] = (),
        step: Annotated[Words | None, Query(description="Id of the step at the position, or `end`.")] = None,
        text: Annotated[Words | None, Query(description="In the client's name.")] = None,
        overdue: Annotated[bool | None, Query()] = None,
        potential_from: Amount = None,
        potential_to: Amount = None,
        collected_from: Amount = None,
        collected_to: Amount = None,
        entry_from: Annotated[date | None, Query()] = None,
        entry_to: Annotated[date | None, Query()] = None,
    ) -> Wanted:
        may(principal, Action.SEE_FIGURES)
        return Wanted(
            scope=Scope(principal, _id(unit_id), _id(advisor_id), _id(client_id)),
            campaign_ids=(),
            today=clock.today(),
            states=state,
            results=result,
            conclusions=conclusion,
            step=step,
            present_advisor_id=_id(present_advisor_id),
            text=text,
            overdue=overdue,
            potential_from=potential_from,
            potential_to=potential_to,
            collected_from=collected_from,
            collected_to=collected_to,
            entry_from=entry_from,
            entry_to=entry_to,
        )

    Asked = Annotated[Wanted, Depends(wanted)]  # noqa: N806  a type

    @router.get("/clients")
    async def clients(
        asked: Asked,
        *,
        campaign_id: Campaign = None,
        statuses: Statuses = (),
        sort: Annotated[Column, Query(description="Rows without a value come last.")] = Column.CLIENT,
        descending: Annotated[bool, Query()] = False,
        after: Annotated[str | None, Query(max_length=2000, description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        as_of: AsOfDay = None,
        axis: AxisAsked = Axis.RECORDED,
    ) -> ListOut:
        """Every follow-up within reach of one campaign or all, as of today or a day before, page by page."""
        place = place_of(after)
        past = asked_day(clock, as_of, axis)
        asked = replace(asked, today=as_of or asked.today)
        async with listings.listing(past) as (figures, rows):
            page = await read_list(
                figures,
                rows,
                asked,
                Order(sort, descending),
                place,
                limit,
                campaign_id=_id(campaign_id),
                statuses=statuses,
                past=past is not None,
            )
        return ListOut.of(page, asked.today)

    @router.get("/clients/concludable")
    async def concludable(asked: Asked, campaign_id: Campaign = None, statuses: Statuses = ()) -> ConcludableOut:
        """The OPEN follow-ups of a filtered list that the reader reaches today, by id, for one job over all of them."""
        async with listings.listing() as (figures, rows):
            ids, more = await read_concludable(figures, rows, asked, campaign_id=_id(campaign_id), statuses=statuses)
        return ConcludableOut(ids=list(ids), more=more)

    return router


def _id(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)
