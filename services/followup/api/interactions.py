"""What may be entered, what undoing would change, and interactions with what is said of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.followup.api.door import WITH_ACCESS
from services.followup.api.paths import StepPath, UuidText
from services.followup.ports import FollowUpRow, Interaction, Interactions, Reading
from services.followup.schemas import (
    BlockingOut,
    ChoiceOut,
    ChoicesOut,
    InteractionOut,
    InteractionsPage,
    LetterOut,
    OtherStepOut,
    TickOut,
    UndoOut,
    details_shown,
)
from services.followup.use_cases.choose_step import Choice, OtherStep, choices_of
from services.followup.use_cases.undo_completion import undo_question
from services.followup.use_cases.visible import visible
from services.followup.use_cases.write_letter import letter_of
from shared.contracts.campaign import StepDefinition
from shared.rulebook.checklists import ticked_items
from shared.rulebook.interaction_words import Progress, status_word
from shared.runtime.clock import Clock
from shared.runtime.http import PROBLEMS
from shared.runtime.security import CurrentPrincipal

_After = Annotated[str | None, Query(pattern=r"^(#[0-9]{1,10}|[A-Za-z0-9_-]{1,36})$")]

_REFUSED: dict[int | str, dict[str, Any]] = {409: PROBLEMS[409] | {"description": "As the command would be"}}


def interaction_routes(reading: Reading, interactions: Interactions, clock: Clock) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/followups", tags=["interactions"], dependencies=WITH_ACCESS)

    @router.get("/{follow_up_id}/choices")
    async def choices(follow_up_id: UuidText, principal: CurrentPrincipal) -> ChoicesOut:
        """What *Add* proposes, the other steps that may be entered, and what blocks the rest."""
        row = await visible(reading, principal, follow_up_id)
        found = choices_of(row, clock.today())
        return ChoicesOut(
            status=found.status,
            proposal=None if found.proposal is None else _choice(found.proposal),
            choices=[_choice(one) for one in found.choices],
            others=[_other(one) for one in found.others],
            unplanned=found.unplanned,
            conclusion_offered=found.conclusion_offered,
        )

    @router.get("/{follow_up_id}/steps/{step_id}/undo", responses=_REFUSED)
    async def undo(follow_up_id: UuidText, step_id: StepPath, principal: CurrentPrincipal) -> UndoOut:
        """What undoing the step's completion would change; nothing is done. Refused as the command would be."""
        row = await visible(reading, principal, follow_up_id)
        return UndoOut.of(undo_question(row, step_id, principal.user_id, clock.today()))

    @router.get("/{follow_up_id}/steps/{step_id}/email", responses=_REFUSED)
    async def email(follow_up_id: UuidText, step_id: StepPath, principal: CurrentPrincipal) -> LetterOut:
        """The text of the step's e-mail for this client."""
        letter = letter_of(await visible(reading, principal, follow_up_id), step_id)
        return LetterOut(subject=letter.subject, body=letter.body, unfilled=list(letter.unfilled))

    @router.get("/{follow_up_id}/interactions")
    async def page(
        follow_up_id: UuidText,
        principal: CurrentPrincipal,
        after: _After = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 100,
    ) -> InteractionsPage:
        """Entries of steps and unplanned interactions as they stand, page by page."""
        row = await visible(reading, principal, follow_up_id)
        found = await interactions.page(follow_up_id, after=after, limit=limit)
        last = found[-1].key if len(found) == limit else None
        return InteractionsPage(items=[_interaction(one, row) for one in found], next=last)

    return router


def _choice(choice: Choice) -> ChoiceOut:
    step = choice.step
    return ChoiceOut(step_id=step.id, title=step.title, kind=step.kind, begun=choice.begun, late=choice.late)


def _other(other: OtherStep) -> OtherStepOut:
    step = other.step
    return OtherStepOut(
        step_id=step.id,
        title=step.title,
        kind=step.kind,
        reason=other.reason,
        blocked_by=[BlockingOut(step_id=one.id, title=one.title) for one in other.blocked_by],
    )


def _interaction(one: Interaction, row: FollowUpRow) -> InteractionOut:
    step = next((step for step in row.definition.steps if step.id == one.step_id), None)
    kind = one.kind or (step.kind if step else None)
    progress = one.details.get("progress")
    word = one.state.value if kind is None else status_word(kind, one.state, Progress(progress) if progress else None)
    return InteractionOut(
        key=one.key,
        step_id=one.step_id,
        number=one.number,
        title=step.title if step else None,
        kind=kind,
        state=one.state,
        status=word,
        planned_by_step=step is not None,
        checklist=_checklist(step, row),
        fact_number=one.fact_number,
        **details_shown(dict(one.details)),
    )


def _checklist(step: StepDefinition | None, row: FollowUpRow) -> list[TickOut]:
    if step is None:
        return []
    ticked = ticked_items(step.id, row.state)
    return [
        TickOut(id=item.id, text=item.text, mandatory=item.mandatory, ticked=item.id in ticked)
        for item in step.checklist
    ]
