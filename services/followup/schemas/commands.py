"""Commands as people send them."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from services.followup.schemas.fields import Amount, Reason, StepId
from services.followup.schemas.interactions import (
    AmendInteractionIn,
    CancelInteractionIn,
    CompleteInteractionIn,
    PlanInteractionIn,
    ReopenInteractionIn,
)
from services.followup.schemas.wishes import DescribedIn, WishIn
from shared.rulebook.commands import (
    AmendConclusion,
    BeginStep,
    CancelEntry,
    ChangePotential,
    Command,
    CompleteStep,
    Conclude,
    MoveEntryDate,
    RecordInteraction,
    UndoCompletion,
    WithdrawClient,
    WithdrawConclusion,
)
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.steps import StepKind


class BeginStepIn(DescribedIn):
    """Open a step's entry."""

    kind: Literal["BeginStep"]
    step_id: StepId

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return BeginStep(self.step_id)


class CompleteStepIn(DescribedIn):
    """Complete a step with the checklist items ticked."""

    kind: Literal["CompleteStep"]
    step_id: StepId
    ticked: tuple[StepId, ...] = Field(default=(), max_length=200)

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return CompleteStep(self.step_id, frozenset(self.ticked))


class UndoCompletionIn(WishIn):
    """Take a completion back, with a reason."""

    kind: Literal["UndoCompletion"]
    step_id: StepId
    note: Reason

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return UndoCompletion(self.step_id)


class CancelEntryIn(WishIn):
    """Drop a begun entry."""

    kind: Literal["CancelEntry"]
    step_id: StepId

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return CancelEntry(self.step_id)


class RecordInteractionIn(DescribedIn):
    """Record an unplanned interaction."""

    kind: Literal["RecordInteraction"]
    interaction: StepKind

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return RecordInteraction(self.interaction)


class ConcludeIn(WishIn):
    """Conclude; the date is today when absent, the amount 0."""

    kind: Literal["Conclude"]
    conclusion: ConclusionKind
    on: date | None = None
    collected: Amount = Decimal(0)

    def command(self, today: date) -> Command:
        """As the rulebook knows it."""
        return Conclude(self.conclusion, self.on or today, self.collected)


class AmendConclusionIn(WishIn):
    """Replace the conclusion, with a reason."""

    kind: Literal["AmendConclusion"]
    conclusion: ConclusionKind
    on: date
    collected: Amount = Decimal(0)
    note: Reason

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return AmendConclusion(self.conclusion, self.on, self.collected)


class WithdrawConclusionIn(WishIn):
    """Take the conclusion back, with a reason."""

    kind: Literal["WithdrawConclusion"]
    note: Reason

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return WithdrawConclusion()


class ChangePotentialIn(WishIn):
    """Set the current potential in euros."""

    kind: Literal["ChangePotential"]
    potential: Amount

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return ChangePotential(self.potential)


class MoveEntryDateIn(WishIn):
    """Move the entry date while waiting."""

    kind: Literal["MoveEntryDate"]
    entry_date: date

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return MoveEntryDate(self.entry_date)


class WithdrawClientIn(WishIn):
    """The client leaves the campaign."""

    kind: Literal["WithdrawClient"]

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return WithdrawClient()


CommandIn = Annotated[
    BeginStepIn
    | CompleteStepIn
    | UndoCompletionIn
    | CancelEntryIn
    | RecordInteractionIn
    | PlanInteractionIn
    | AmendInteractionIn
    | CompleteInteractionIn
    | CancelInteractionIn
    | ReopenInteractionIn
    | ConcludeIn
    | AmendConclusionIn
    | WithdrawConclusionIn
    | ChangePotentialIn
    | MoveEntryDateIn
    | WithdrawClientIn,
    Field(discriminator="kind"),
]
