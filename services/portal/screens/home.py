"""The home page: notices, the indicators of the person's reach, follow-ups to work on (spec 7, 8.1)."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.bar import MoneyBar, is_ahead
from services.portal.frame import Person, PersonOrStranger, Visit
from services.portal.navigation import sees_clients
from services.portal.parts import or_problem
from services.portal.screens.notices import newest
from services.portal.screens.signing_in import sign_in_page
from services.portal.screens.to_do import Chosen as ChosenList
from services.portal.screens.to_do import read_to_do

router = APIRouter(include_in_schema=False)

Chosen = Annotated[str | None, Query(alias="campagne", pattern=r"^[0-9a-f-]{36}$")]
_SHOWN_CAMPAIGNS = 50


@dataclass(frozen=True, slots=True)
class Indicators:
    """The indicator box: the campaigns in the person's order, and the figures of the chosen one or of all."""

    campaigns: list[dict[str, Any]]
    chosen: dict[str, Any] | None
    report: dict[str, Any]
    bar: MoneyBar

    @property
    def is_ahead(self) -> bool | None:
        """Whether the collected amount is what it should be today, or more; None without a pace."""
        return is_ahead(self.report)


@router.get("/")
async def home(visit: PersonOrStranger, chosen: Chosen = None, chosen_list: ChosenList = None) -> Response:
    """The home page; the sign-in page for whoever is not signed in."""
    if visit.session is None:
        return sign_in_page(visit, wished=visit.here)
    notices, indicators, to_do = await asyncio.gather(
        or_problem(newest(visit)),
        or_problem(_indicators(visit, chosen)),
        or_problem(read_to_do(visit, chosen_list)),
    )
    rights = (await visit.around()).rights
    if rights is not None and not sees_clients(rights):
        return await visit.screen("home_without_clients.html", active="home", today=visit.desk.clock.today())
    return await visit.screen(
        "home.html",
        active="home",
        notices=notices,
        indicators=indicators,
        chosen=chosen,
        to_do=to_do,
        today=visit.desk.clock.today(),
    )


@router.get("/indicateurs")
async def indicators(visit: Person, chosen: Chosen = None) -> Response:
    """The indicator box alone, when a campaign is clicked or figures changed."""
    return visit.page("parts/indicators.html", indicators=await or_problem(_indicators(visit, chosen)), chosen=chosen)


async def _indicators(visit: Visit, chosen: str | None) -> Indicators:
    listed, figures, report = await asyncio.gather(
        visit.api.get("/api/campaigns", limit=_SHOWN_CAMPAIGNS),
        visit.api.get("/api/reports/campaigns", limit=200),
        visit.api.get("/api/reports/indicators", campaign_id=chosen),
    )
    known = {one["campaign_id"]: one for one in figures["campaigns"]}
    campaigns = [{**one, "figures": known.get(one["campaign_id"])} for one in listed["items"]]
    return Indicators(
        campaigns=campaigns,
        chosen=next((one for one in campaigns if one["campaign_id"] == chosen), None),
        report=report,
        bar=MoneyBar.of(report),
    )
