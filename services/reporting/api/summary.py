"""The summary over HTTP: the data of each chart, and the option object that draws it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Query

from services.reporting.api.asking import AsOfDay, AxisAsked, CampaignId, Statuses, text
from services.reporting.api.tree import Reading
from services.reporting.ports.exporting import Language
from services.reporting.ports.reading import Axis, Scope
from services.reporting.schemas.figures import ReportOut
from services.reporting.schemas.rows import StepOut
from services.reporting.schemas.summary import ChartOut, PacePointOut, SummaryOut
from services.reporting.use_cases.as_of import asked_day
from services.reporting.use_cases.figures import Indicators, indicators_of, read_campaigns
from services.reporting.use_cases.pace_curve import PacePoint, read_pace
from services.reporting.use_cases.steps import Funnel, read_steps
from shared.rulebook.access import Action, may
from shared.runtime.clock import Clock
from shared.runtime.http import PROBLEMS
from shared.runtime.security import CurrentPrincipal


class Drawn(Protocol):
    """A chart as it is drawn."""

    @property
    def title(self) -> str:
        """Its heading."""

    @property
    def alt(self) -> str:
        """What it shows, in words."""

    @property
    def option(self) -> Mapping[str, object]:
        """What ECharts is given."""


class Draw(Protocol):
    """Makes the charts; the printed edition uses the same."""

    def __call__(
        self, found: Indicators, funnel: Funnel | None, points: Sequence[PacePoint], language: Language
    ) -> Mapping[str, Drawn]:
        """Each chart by its name."""


def summary_routes(readings: Reading, clock: Clock, draw: Draw) -> APIRouter:
    """The route."""
    router = APIRouter(
        prefix="/api/reports", tags=["reports"], responses={404: PROBLEMS[422] | {"description": "Not seen"}}
    )

    @router.get("/summary")
    async def summary(
        principal: CurrentPrincipal,
        *,
        campaign_id: CampaignId = None,
        statuses: Statuses = (),
        unit_id: Annotated[UUID | None, Query(description="Only this unit and all below it.")] = None,
        advisor_id: Annotated[UUID | None, Query(description="Only this advisor of record.")] = None,
        as_of: AsOfDay = None,
        axis: AxisAsked = Axis.RECORDED,
        lang: Language = "fr",
    ) -> SummaryOut:
        """Figures, steps and pace as tables, and their charts in the language asked for."""
        may(principal, Action.SEE_FIGURES)
        today = as_of or clock.today()
        scope = Scope(principal, text(unit_id), text(advisor_id))
        past = asked_day(clock, as_of, axis)
        async with readings.listing(past) as (figures, rows):
            campaigns = await read_campaigns(figures, scope, today, campaign_id=text(campaign_id), statuses=statuses)
            funnel = None if campaign_id is None else await read_steps(figures, scope, str(campaign_id), today)
            points = await read_pace(rows, scope, campaigns, today)
        drawn = draw(indicators_of(campaigns), funnel, points, lang)
        versions = {one.campaign.campaign_id: one.campaign.version for one in campaigns if one.campaign.known}
        return SummaryOut(
            figures=ReportOut.of(
                campaigns, one=campaign_id is not None, as_of=today, axis=axis, versions=versions, complete=True
            ),
            steps=[] if funnel is None else [StepOut.of(step) for step in funnel.steps],
            pace=[PacePointOut(day=point.day, collected=point.collected, expected=point.expected) for point in points],
            charts=[
                ChartOut(name=name, title=chart.title, description=chart.alt, option=dict(chart.option))
                for name, chart in drawn.items()
            ],
        )

    return router
