"""The shapes of the follow-up service's HTTP interface."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from shared.contracts.wire import Euros, Incoming
from shared.rulebook.follow_up import (
    AmendConclusion,
    BeginStep,
    CancelEntry,
    ChangePotential,
    Command,
    CompleteStep,
    Conclude,
    ConclusionKind,
    MoveEntryDate,
    RecordInteraction,
    UndoCompletion,
    WithdrawClient,
    WithdrawConclusion,
)
from shared.rulebook.steps import StepKind

StepId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,36}$")]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Note = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2, allow_inf_nan=False)]


class _Wish(Incoming):
    note: Note | None = None
    occurred_at: AwareDatetime | None = None
    """When it happened; now when absent."""


class BeginStepIn(_Wish):
    """Open a step's entry."""

    kind: Literal["BeginStep"]
    step_id: StepId

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return BeginStep(self.step_id)


class CompleteStepIn(_Wish):
    """Complete a step with the checklist items ticked."""

    kind: Literal["CompleteStep"]
    step_id: StepId
    ticked: tuple[StepId, ...] = Field(default=(), max_length=200)

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return CompleteStep(self.step_id, frozenset(self.ticked))


class UndoCompletionIn(_Wish):
    """Take a completion back, with a reason."""

    kind: Literal["UndoCompletion"]
    step_id: StepId
    note: Annotated[Note, StringConstraints(min_length=1)]

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return UndoCompletion(self.step_id)


class CancelEntryIn(_Wish):
    """Drop a begun entry."""

    kind: Literal["CancelEntry"]
    step_id: StepId

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return CancelEntry(self.step_id)


class RecordInteractionIn(_Wish):
    """Record an unplanned interaction."""

    kind: Literal["RecordInteraction"]
    interaction: StepKind

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return RecordInteraction(self.interaction)


class ConcludeIn(_Wish):
    """Conclude; the date is today when absent, the amount 0."""

    kind: Literal["Conclude"]
    conclusion: ConclusionKind
    on: date | None = None
    collected: Amount = Decimal(0)

    def command(self, today: date) -> Command:
        """As the rulebook knows it."""
        return Conclude(self.conclusion, self.on or today, self.collected)


class AmendConclusionIn(_Wish):
    """Replace the conclusion, with a reason."""

    kind: Literal["AmendConclusion"]
    conclusion: ConclusionKind
    on: date
    collected: Amount = Decimal(0)
    note: Annotated[Note, StringConstraints(min_length=1)]

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return AmendConclusion(self.conclusion, self.on, self.collected)


class WithdrawConclusionIn(_Wish):
    """Take the conclusion back, with a reason."""

    kind: Literal["WithdrawConclusion"]
    note: Annotated[Note, StringConstraints(min_length=1)]

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return WithdrawConclusion()


class ChangePotentialIn(_Wish):
    """Set the current potential in euros."""

    kind: Literal["ChangePotential"]
    potential: Amount

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return ChangePotential(self.potential)


class MoveEntryDateIn(_Wish):
    """Move the entry date while waiting."""

    kind: Literal["MoveEntryDate"]
    entry_date: date

    def command(self, _today: date) -> Command:
        """As the rulebook knows it."""
        return MoveEntryDate(self.entry_date)


class WithdrawClientIn(_Wish):
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
    | ConcludeIn
    | AmendConclusionIn
    | WithdrawConclusionIn
    | ChangePotentialIn
    | MoveEntryDateIn
    | WithdrawClientIn,
    Field(discriminator="kind"),
]


class SignalIn(Incoming):
    """One signal of the host CRM: its own id, campaign (key or id), client, and when it happened."""

    id: Reference
    type: Literal["step_completed", "interaction_recorded", "concluded"]
    campaign: Reference
    client: Reference
    occurred_at: AwareDatetime
    step: StepId | None = None
    ticked: tuple[StepId, ...] = Field(default=(), max_length=200)
    interaction: StepKind | None = None
    kind: ConclusionKind | None = None
    collected: Amount | None = None
    note: Note | None = None


_NEEDED = {"step_completed": ("step",), "interaction_recorded": ("interaction",), "concluded": ("kind",)}


def missing_fields(signal: SignalIn) -> list[str]:
    """The fields that a signal of this type needs and lacks."""
    return [name for name in _NEEDED[signal.type] if getattr(signal, name) is None]


class SignalsIn(Incoming):
    """A batch of at most 1,000 signals, each as loose JSON: one that is wrong is answered for itself."""

    signals: list[dict[str, Any]] = Field(max_length=1000)


class VerdictOut(BaseModel):
    """What became of a command or signal."""

    id: str
    verdict: Literal["applied", "duplicate", "refused", "parked", "pending", "unknown"]
    follow_up_id: str | None = None
    number: int | None = None
    code: str | None = None
    data: dict[str, Any] | None = None
    detail: str | None = None


class VerdictsOut(BaseModel):
    """The verdicts, in the order of the signals."""

    verdicts: list[VerdictOut]


class CommandOut(VerdictOut):
    """The verdict of a person's command, and what is offered next."""

    ask: str | None = None
    """Where to ask for the verdict while it is pending."""
    next_step: str | None = None
    conclusion_offered: bool = False


class ChecklistItemOut(BaseModel):
    """One thing to tick."""

    id: str
    text: str
    mandatory: bool


class StepOut(BaseModel):
    """A step as it stands for this client."""

    id: str
    title: str
    kind: StepKind
    mandatory: bool
    note: str
    sales: bool
    state: Literal["done", "open", "idle", "not_begun"]
    group: str | None
    enterable: bool
    blocked_by: list[str]
    checklist: list[ChecklistItemOut]


class ConclusionOut(BaseModel):
    """The conclusion as it stands."""

    kind: ConclusionKind
    success: bool
    on: date
    collected: Euros
    missing: list[str]
    recorded_by: str


class NamedOut(BaseModel):
    """Somebody or something by id and name."""

    id: str
    name: str | None


class ClientOut(NamedOut):
    """The client, with the phone number to call."""

    phone: str | None


class CampaignOut(NamedOut):
    """The campaign in which it is."""

    start_date: date
    end_date: date
    version: int


class FollowUpOut(BaseModel):
    """One follow-up, whole."""

    follow_up_id: str
    campaign: CampaignOut
    client: ClientOut
    advisor: NamedOut
    status: str
    entry_date: date
    potential: Euros
    initial_potential: Euros
    number: int
    position: str | None
    proposed_step: str | None
    conclusion_offered: bool
    conclusion: ConclusionOut | None
    steps: list[StepOut]


class FollowUpItem(BaseModel):
    """One row of a list."""

    follow_up_id: str
    campaign_id: str
    campaign_name: str
    client_id: str
    client_name: str | None
    status: str
    position: str | None
    position_number: int
    potential: Euros
    entry_date: date


class FollowUpPage(BaseModel):
    """A page of a list; `next` is what `after` has to be for the one that follows."""

    items: list[FollowUpItem]
    next: str | None


class TimelineItem(BaseModel):
    """One thing on the timeline: what, when, by whom, from where, and if it was refused, why."""

    number: int | None
    kind: str
    step_id: str | None
    occurred_at: AwareDatetime
    received_at: AwareDatetime
    door: str
    actor: str
    actor_name: str | None
    verdict: str
    version: int | None
    late: bool
    code: str | None
    data: dict[str, Any] | None
    note: str | None
    collected: Euros | None


class Timeline(BaseModel):
    """All that was tried, in the order in which it was received."""

    items: list[TimelineItem]
