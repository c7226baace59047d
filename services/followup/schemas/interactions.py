"""Commands on interactions beside a step's own, as people send them, and interactions as they are shown."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from services.followup.schemas.attachments import AttachmentOut
from services.followup.schemas.fields import Reason, StepId
from services.followup.schemas.wishes import DescribedIn, WishIn
from shared.rulebook.commands import Command
from shared.rulebook.interaction_commands import (
    AmendInteraction,
    CancelInteraction,
    CompleteInteraction,
    PlanInteraction,
    ReopenInteraction,
)
from shared.rulebook.interaction_words import Channel, InteractionState, Progress
from shared.rulebook.steps import StepKind

Number = Annotated[int, Field(ge=2, le=1_000_000_000)]


class PlanInteractionIn(DescribedIn):
    """Plan an unplanned interaction that is still to be done."""

    kind: Literal["PlanInteraction"]
    interaction: StepKind

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return PlanInteraction(self.interaction)


class _OfOne(DescribedIn):
    """About a step's entry or an unplanned interaction, whose number is that of the fact which made it."""

    step_id: StepId | None = None
    number: Number | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.step_id is None) == (self.number is None):
            raise ValueError("give either step_id or number")
        return self


class AmendInteractionIn(_OfOne):
    """Change what is said of an interaction, or tick and untick items of its checklist."""

    kind: Literal["AmendInteraction"]
    ticked: tuple[StepId, ...] = Field(default=(), max_length=200)
    unticked: tuple[StepId, ...] = Field(default=(), max_length=200)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.ticked or self.unticked or self._describes()):
            raise ValueError("give details, a note, or items to tick or untick")
        if set(self.ticked) & set(self.unticked):
            raise ValueError("an item is either ticked or unticked")
        return self

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return AmendInteraction(
            self.step_id, self.number, frozenset(self.ticked), frozenset(self.unticked), self._describes()
        )

    def _describes(self) -> bool:
        return self.note is not None or bool(self.details and self.details.model_fields_set)


class CompleteInteractionIn(_OfOne):
    """A planned interaction is done; `step_id` names the entry of a step that was removed since."""

    kind: Literal["CompleteInteraction"]

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return CompleteInteraction(self.step_id, self.number)


class CancelInteractionIn(_OfOne):
    """A planned interaction will not be; `step_id` names the entry of a step that was removed since."""

    kind: Literal["CancelInteraction"]

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return CancelInteraction(self.step_id, self.number)


class ReopenInteractionIn(WishIn):
    """An unplanned interaction that was done is to be done again, with a reason."""

    kind: Literal["ReopenInteraction"]
    number: Number
    note: Reason

    def command(self, _today: date) -> Command:
        """As the rulebook knows it; its door knows the kind."""
        return ReopenInteraction(self.number, StepKind.TASK)


class TickOut(BaseModel):
    """One item of a checklist."""

    id: str
    text: str
    mandatory: bool
    ticked: bool


class InteractionOut(BaseModel):
    """An interaction as it stands: a step's entry, or an unplanned one by its number."""

    key: str
    step_id: str | None
    number: int | None
    title: str | None
    kind: StepKind | None
    state: InteractionState
    status: str
    planned_by_step: bool
    """False for what is unplanned, also since its step was removed."""
    progress: Progress | None
    due_on: date | None
    starts_at: AwareDatetime | None
    duration_minutes: int | None
    place: str | None
    channel: Channel | None
    said: str | None
    subject: str | None
    body: str | None
    note: str | None
    attachments: list[AttachmentOut]
    checklist: list[TickOut]
    fact_number: int


class InteractionsPage(BaseModel):
    """A page; `next` is what `after` has to be for the one that follows."""

    items: list[InteractionOut]
    next: str | None


class LetterOut(BaseModel):
    """The text of a step's e-mail for this client; `unfilled` are the fields that could not be filled."""

    subject: str
    body: str
    unfilled: list[str]


class ChoiceOut(BaseModel):
    """A step that may be entered."""

    step_id: str
    title: str
    kind: StepKind
    begun: bool
    """Adding it opens the entry that there is."""
    late: bool
    """Optional and before the position: left out so far."""


class BlockingOut(BaseModel):
    """A mandatory step to complete first."""

    step_id: str
    title: str


class OtherStepOut(BaseModel):
    """A step that may not be entered, and why."""

    step_id: str
    title: str
    kind: StepKind
    reason: Literal["completed", "blocked", "waiting", "closed", "archived"]
    blocked_by: list[BlockingOut]


class ChoicesOut(BaseModel):
    """What *Add* proposes, what else may be entered, and what blocks the rest."""

    status: str
    proposal: ChoiceOut | None
    choices: list[ChoiceOut]
    others: list[OtherStepOut]
    unplanned: bool
    """Whether unplanned interactions may be recorded now."""
    conclusion_offered: bool


def details_shown(details: dict[str, Any]) -> dict[str, Any]:
    """Every field of what is said, None for what is not."""
    names = ("progress", "due_on", "starts_at", "duration_minutes", "place", "channel", "said", "subject", "body")
    return {name: details.get(name) for name in (*names, "note")} | {"attachments": details.get("attachments") or []}
