"""Follow-ups as people and integrations read them, within the reader's reach."""

import re
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query

from services.followup.api.door import WITH_ACCESS
from services.followup.api.paths import UuidText
from services.followup.ports import FollowUpFilter, FollowUpRow, Reading
from services.followup.schemas import (
    CampaignOut,
    ChecklistItemOut,
    ClientOut,
    ConclusionOut,
    DocumentOut,
    FollowUpItem,
    FollowUpOut,
    FollowUpPage,
    NamedOut,
    StepOut,
)
from services.followup.use_cases.show_follow_up import Standing, standing_of
from services.followup.use_cases.visible import visible
from shared.contracts.campaign import StepDefinition
from shared.rulebook.checklists import ticked_items
from shared.rulebook.errors import Invalid
from shared.rulebook.follow_up import FollowUpStatus
from shared.runtime.clock import Clock
from shared.runtime.security import CurrentPrincipal

OptionalUuid = Annotated[str | None, Query(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
_CURSOR = re.compile(
    r"(?P<potential>[0-9]{1,16}(\.[0-9]{1,2})?):(?P<follow_up_id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
_CLOSED = {FollowUpStatus.CONCLUDED, FollowUpStatus.WITHDRAWN, FollowUpStatus.ARCHIVED}


def follow_up_routes(reading: Reading, clock: Clock) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/followups", tags=["follow-ups"], dependencies=WITH_ACCESS)

    @router.get("")
    async def follow_ups(  # noqa: PLR0917  one parameter per filter
        principal: CurrentPrincipal,
        campaign_id: OptionalUuid = None,
        advisor_id: OptionalUuid = None,
        client_id: OptionalUuid = None,
        status: FollowUpStatus | None = None,
        after: Annotated[str | None, Query(max_length=80)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> FollowUpPage:
        """Follow-ups within reach, highest potential first, page by page."""
        today = clock.today()
        rows = await reading.page(
            principal,
            FollowUpFilter(
                campaign_id=campaign_id,
                advisor_id=advisor_id,
                client_id=client_id,
                closing=status.value if status in _CLOSED else None,
                entered_by=today if status is FollowUpStatus.OPEN else None,
                enters_after=today if status is FollowUpStatus.WAITING else None,
                after=_cursor(after),
                limit=limit,
            ),
        )
        last = rows[-1] if len(rows) == limit else None
        return FollowUpPage(
            items=[item_of(row, standing_of(row, today)) for row in rows],
            next=None if last is None else f"{last.state.potential}:{last.follow_up_id}",
        )

    @router.get("/{follow_up_id}")
    async def follow_up(follow_up_id: UuidText, principal: CurrentPrincipal) -> FollowUpOut:
        """One follow-up, with what may be entered now and what blocks the rest."""
        row = await visible(reading, principal, follow_up_id)
        return _whole(row, standing_of(row, clock.today()))

    return router


def _cursor(text: str | None) -> tuple[Decimal, str] | None:
    if text is None:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise Invalid("cursor_invalid")
    return Decimal(found["potential"]), found["follow_up_id"]


def item_of(row: FollowUpRow, standing: Standing) -> FollowUpItem:
    """One row of a list."""
    return FollowUpItem(
        follow_up_id=row.follow_up_id,
        campaign_id=row.definition.campaign_id,
        campaign_name=row.definition.name,
        client_id=row.client_id,
        client_name=row.client_name,
        status=standing.status,
        position=standing.position,
        position_number=standing.position_number,
        potential=row.state.potential,
        entry_date=row.state.entry_date,
        due_on=row.due_on,
        conclusion=_conclusion(row),
    )


def _whole(row: FollowUpRow, standing: Standing) -> FollowUpOut:
    definition, state = row.definition, row.state
    return FollowUpOut(
        follow_up_id=row.follow_up_id,
        campaign=CampaignOut(
            id=definition.campaign_id,
            name=definition.name,
            start_date=definition.start_date,
            end_date=definition.end_date,
            version=definition.version,
        ),
        client=ClientOut(id=row.client_id, name=row.client_name, phone=row.client_phone),
        advisor=NamedOut(id=row.advisor_id, name=row.advisor_name),
        status=standing.status,
        entry_date=state.entry_date,
        potential=state.potential,
        initial_potential=state.initial_potential,
        number=state.number,
        position=standing.position,
        proposed_step=standing.proposed_step,
        due_on=row.due_on,
        conclusion_offered=standing.conclusion_offered,
        conclusion=_conclusion(row),
        steps=_steps(row, standing),
    )


def _conclusion(row: FollowUpRow) -> ConclusionOut | None:
    conclusion = row.state.conclusion
    if conclusion is None:
        return None
    return ConclusionOut(
        kind=conclusion.kind,
        success=conclusion.kind.is_success,
        on=conclusion.on,
        collected=conclusion.collected,
        missing=list(conclusion.missing),
        recorded_by=conclusion.recorded_by,
    )


def _steps(row: FollowUpRow, standing: Standing) -> list[StepOut]:
    return [
        StepOut(
            id=step.id,
            title=step.title,
            kind=step.kind,
            mandatory=step.mandatory,
            note=step.note,
            sales=step.id == row.definition.sales_step,
            state=standing.steps[step.id].state,  # type: ignore[arg-type]  # the four words of StepOut
            group=standing.steps[step.id].group,
            enterable=standing.steps[step.id].enterable,
            blocked_by=list(standing.steps[step.id].blocked_by),
            checklist=_checklist(step, row),
            documents=[DocumentOut.model_validate(one, from_attributes=True) for one in step.documents],
        )
        for step in row.definition.steps
    ]


def _checklist(step: StepDefinition, row: FollowUpRow) -> list[ChecklistItemOut]:
    ticked = ticked_items(step.id, row.state)
    return [
        ChecklistItemOut(id=item.id, text=item.text, mandatory=item.mandatory, ticked=item.id in ticked)
        for item in step.checklist
    ]
