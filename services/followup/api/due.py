"""What is due today or late, earliest first: the advisor's work of the day (spec 7.2)."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.followup.api.cursors import day_cursor
from services.followup.api.door import WITH_ACCESS
from services.followup.api.follow_ups import OptionalUuid, item_of
from services.followup.ports import DueFilter, DueLists, FollowUpRow
from services.followup.schemas import DueCountsOut, DueItem, DuePage, NamedOut
from services.followup.use_cases.show_follow_up import standing_of
from shared.runtime.clock import Clock
from shared.runtime.security import CurrentPrincipal


def due_routes(lists: DueLists, clock: Clock) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/followups/due", tags=["follow-ups"], dependencies=WITH_ACCESS)

    @router.get("")
    async def due(  # noqa: PLR0917  one parameter per filter
        principal: CurrentPrincipal,
        by: Annotated[date | None, Query(description="Due by this day; today when absent")] = None,
        campaign_id: OptionalUuid = None,
        advisor_id: OptionalUuid = None,
        after: Annotated[str | None, Query(max_length=80)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> DuePage:
        """Steps due by a day and not completed, late ones first, within reach."""
        today = clock.today()
        wanted = DueFilter(
            by=by or today,
            today=today,
            campaign_id=campaign_id,
            advisor_id=advisor_id,
            after=day_cursor(after),
            limit=limit,
        )
        rows = await lists.due(principal, wanted)
        items = [item for row in rows if (item := _due_item(row, today)) is not None]
        last = rows[-1] if len(rows) == limit else None
        return DuePage(items=items, next=None if last is None else f"{last.due_on}:{last.follow_up_id}")

    @router.get("/counts")
    async def counts(
        principal: CurrentPrincipal, campaign_id: OptionalUuid = None, advisor_id: OptionalUuid = None
    ) -> DueCountsOut:
        """How many steps are late and how many are due today, within reach."""
        today = clock.today()
        wanted = DueFilter(by=today, today=today, campaign_id=campaign_id, advisor_id=advisor_id)
        counted = await lists.due_counts(principal, wanted)
        return DueCountsOut(late=counted.late, today=counted.today)

    return router


def _due_item(row: FollowUpRow, today: date) -> DueItem | None:
    """The row; None in the moment in which a new definition is held and its due dates are not brought up to date."""
    standing = standing_of(row, today)
    step = next((step for step in row.definition.steps if step.id == standing.position), None)
    if step is None or row.due_on is None:
        return None
    return DueItem(
        **item_of(row, standing).model_dump(exclude={"due_on"}),
        client_phone=row.client_phone,
        advisor=NamedOut(id=row.advisor_id, name=row.advisor_name),
        step_title=step.title,
        step_kind=step.kind,
        due_on=row.due_on,
        late=row.due_on < today,
    )
