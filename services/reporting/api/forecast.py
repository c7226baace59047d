"""The forecast over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.reporting.ports.forecasting import Forecasting
from services.reporting.ports.reading import Scope
from services.reporting.schemas.forecast import ForecastOut
from services.reporting.use_cases.forecast import read_forecast
from shared.rulebook.access import Action, may
from shared.runtime.clock import Clock
from shared.runtime.http import PROBLEMS
from shared.runtime.security import CurrentPrincipal


def forecast_routes(forecasting: Forecasting, clock: Clock) -> APIRouter:
    """The route."""
    router = APIRouter(
        prefix="/api/reports", tags=["reports"], responses={404: PROBLEMS[422] | {"description": "Not seen"}}
    )

    @router.get("/forecast")
    async def forecast(
        principal: CurrentPrincipal,
        campaign_id: UUID,
        unit_id: Annotated[UUID | None, Query(description="Only this unit and all below it.")] = None,
        advisor_id: Annotated[UUID | None, Query(description="Only this advisor of record.")] = None,
    ) -> ForecastOut:
        """What one campaign will probably have collected on its last day, by its own rates and times within reach."""
        may(principal, Action.SEE_FIGURES)
        scope = Scope(principal, *(None if one is None else str(one) for one in (unit_id, advisor_id)))
        today = clock.today()
        async with forecasting.snapshot() as snapshot:
            return ForecastOut.of(await read_forecast(snapshot, scope, str(campaign_id), today), today)

    return router
