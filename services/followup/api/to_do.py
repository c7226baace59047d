"""What there is to do: the steps offered next, the conclusions waited for, and how much of everything (spec 7.2)."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.followup.api.cursors import day_cursor
from services.followup.api.door import WITH_ACCESS
from services.followup.api.follow_ups import OptionalUuid, item_of
from services.followup.ports import FollowUpRow, ToDoFilter, ToDoKind, ToDoLists
from services.followup.schemas import NamedOut, ToDoCountsOut, ToDoItem, ToDoPage
from services.followup.use_cases.show_follow_up import standing_of, to_do_of
from shared.runtime.clock import Clock
from shared.runtime.security import CurrentPrincipal

_After = Annotated[str | None, Query(max_length=80)]
_Limit = Annotated[int, Query(ge=1, le=200)]


def to_do_routes(lists: ToDoLists, clock: Clock) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/followups/to-do", tags=["follow-ups"], dependencies=WITH_ACCESS)

    @router.get("/counts")
    async def counts(
        principal: CurrentPrincipal, campaign_id: OptionalUuid = None, advisor_id: OptionalUuid = None
    ) -> ToDoCountsOut:
        """How many steps are late, due today and offered next, and how many conclusions are waited for."""
        wanted = ToDoFilter(today=clock.today(), campaign_id=campaign_id, advisor_id=advisor_id)
        found = await lists.counts(principal, wanted)
        return ToDoCountsOut(late=found.late, today=found.today, offered=found.offered, conclusion=found.conclusion)

    @router.get("/offered")
    async def offered(
        principal: CurrentPrincipal,
        campaign_id: OptionalUuid = None,
        advisor_id: OptionalUuid = None,
        after: _After = None,
        limit: _Limit = 50,
    ) -> ToDoPage:
        """Steps that the last completion offered and nobody has begun, the newest first, within reach."""
        wanted = ToDoFilter(
            today=clock.today(), campaign_id=campaign_id, advisor_id=advisor_id, after=day_cursor(after), limit=limit
        )
        return _page(ToDoKind.OFFERED, await lists.page(principal, ToDoKind.OFFERED, wanted), wanted)

    @router.get("/conclusions")
    async def conclusions(
        principal: CurrentPrincipal,
        campaign_id: OptionalUuid = None,
        advisor_id: OptionalUuid = None,
        after: _After = None,
        limit: _Limit = 50,
    ) -> ToDoPage:
        """Follow-ups that wait for a conclusion, the longest waiting first, within reach; each with the step done."""
        wanted = ToDoFilter(
            today=clock.today(), campaign_id=campaign_id, advisor_id=advisor_id, after=day_cursor(after), limit=limit
        )
        return _page(ToDoKind.CONCLUSION, await lists.page(principal, ToDoKind.CONCLUSION, wanted), wanted)

    return router


def _page(kind: ToDoKind, rows: Sequence[FollowUpRow], wanted: ToDoFilter) -> ToDoPage:
    items = [item for row in rows if (item := _item(kind, row, wanted.today)) is not None]
    last = rows[-1] if len(rows) == wanted.limit else None
    return ToDoPage(items=items, next=None if last is None else f"{last.listed_on}:{last.follow_up_id}")


def _item(kind: ToDoKind, row: FollowUpRow, today: date) -> ToDoItem | None:
    """The row; None in the moment in which a new definition is held and the lists are not brought up to date."""
    found = to_do_of(kind, row)
    if found is None:
        return None
    step, since = found
    return ToDoItem(
        **item_of(row, standing_of(row, today)).model_dump(),
        client_phone=row.client_phone,
        advisor=NamedOut(id=row.advisor_id, name=row.advisor_name),
        step_id=step.id,
        step_title=step.title,
        step_kind=step.kind,
        since=since,
    )
