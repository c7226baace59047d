"""The state of a client's follow-up, the commands that may change it, the facts that did (docs/domain.md, Follow-ups).

Texts, names and files are never here: only ids, dates, flags and amounts, since this state lives in workflow histories.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.rulebook.holdings import NOT_LINKED, Linked, LinkHoldings
from shared.rulebook.interaction_commands import InteractionCommand, PendingInteraction
from shared.rulebook.lateness import MarkOverdue
from shared.rulebook.steps import StepKind


class EntryState(StrEnum):
    """Where the one entry of a step stands; IDLE is begun or completed once and then undone or cancelled."""

    BEGUN = "BEGUN"
    COMPLETED = "COMPLETED"
    IDLE = "IDLE"


class Closing(StrEnum):
    """Why a follow-up is closed."""

    CONCLUDED = "CONCLUDED"
    WITHDRAWN = "WITHDRAWN"
    ARCHIVED = "ARCHIVED"


class FollowUpStatus(StrEnum):
    """The status people see: WAITING or OPEN follow from the entry date, the others from the closing."""

    WAITING = "WAITING"
    OPEN = "OPEN"
    CONCLUDED = "CONCLUDED"
    WITHDRAWN = "WITHDRAWN"
    ARCHIVED = "ARCHIVED"


class ConclusionKind(StrEnum):
    """How a follow-up ends; the first two are successes."""

    SALE = "SALE"
    SIGNATURE = "SIGNATURE"
    REFUSAL = "REFUSAL"
    NO_DECISION = "NO_DECISION"

    @property
    def is_success(self) -> bool:
        """True for SALE and SIGNATURE."""
        return self in (ConclusionKind.SALE, ConclusionKind.SIGNATURE)


@dataclass(frozen=True, slots=True)
class StepEntry:
    """The one entry of a step: the definition versions of the last thing done to it and of the first, who is past."""

    step_id: str
    state: EntryState
    version: int
    first_version: int
    completed_on: date | None = None
    ticked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The conclusion as it stands: its date, `collected` in euros (0 without success), who recorded it first."""

    kind: ConclusionKind
    on: date
    collected: Decimal
    missing: tuple[str, ...]
    """The mandatory steps left out when it was recorded, less those recorded late since."""
    recorded_by: str
    linked: Linked = NOT_LINKED


@dataclass(frozen=True, slots=True)
class FollowUp:
    """All that the rules need to know of one follow-up after fact `number`."""

    number: int
    entry_date: date
    potential: Decimal
    initial_potential: Decimal
    advisor_id: str
    entries: tuple[StepEntry, ...] = ()
    closing: Closing | None = None
    conclusion: Conclusion | None = None
    closed_position: str | None = None
    """The step at which a CONCLUDED or ARCHIVED follow-up stood when it closed (None is *end*); it keeps it."""
    pending: tuple[PendingInteraction, ...] = ()
    """Unplanned interactions still to be done."""
    overdue_step: str | None = None
    overdue_due_on: date | None = None
    """The step that was recorded as late, until it is completed, and the last day on which it was in time."""


@dataclass(frozen=True, slots=True)
class BeginStep:
    """Open the step's entry."""

    step_id: str


@dataclass(frozen=True, slots=True)
class CompleteStep:
    """Complete the step, `ticked` being the checklist items ticked."""

    step_id: str
    ticked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class UndoCompletion:
    """Take the completion back; later ones stay. The reason's text is kept outside."""

    step_id: str


@dataclass(frozen=True, slots=True)
class CancelEntry:
    """A begun entry is dropped, as if not begun (a cancelled appointment)."""

    step_id: str


@dataclass(frozen=True, slots=True)
class RecordInteraction:
    """An unplanned interaction of any kind; it never changes the position."""

    kind: StepKind


@dataclass(frozen=True, slots=True)
class Conclude:
    """Conclude on a date with, for a success, the amount collected in euros."""

    kind: ConclusionKind
    on: date
    collected: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class AmendConclusion:
    """Replace the conclusion; the earlier one stays in the history."""

    kind: ConclusionKind
    on: date
    collected: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class WithdrawConclusion:
    """Take the conclusion back; the follow-up is open again, under the client's present advisor where one is given."""

    advisor_id: str | None = None
    if_last: int | None = None
    """Only while this is the number of the last fact: what a job did is undone while nobody touched it since."""


@dataclass(frozen=True, slots=True)
class ChangePotential:
    """Set the current potential in euros; the initial one stays."""

    potential: Decimal


@dataclass(frozen=True, slots=True)
class MoveEntryDate:
    """Move the entry date while WAITING."""

    entry_date: date


@dataclass(frozen=True, slots=True)
class Reassign:
    """The follow-up goes to another advisor."""

    advisor_id: str
    if_last: int | None = None


@dataclass(frozen=True, slots=True)
class WithdrawClient:
    """The client leaves the campaign: closed as WITHDRAWN."""


@dataclass(frozen=True, slots=True)
class TargetAgain:
    """A withdrawn client is targeted again: the same follow-up reopens, its history kept."""

    entry_date: date
    potential: Decimal
    advisor_id: str
    if_last: int | None = None


@dataclass(frozen=True, slots=True)
class CloseArchived:
    """The campaign was archived: an open follow-up closes as ARCHIVED."""


@dataclass(frozen=True, slots=True)
class ReopenUnarchived:
    """The campaign was un-archived: an ARCHIVED follow-up is back in its state, under the present advisor."""

    advisor_id: str


Command = (
    BeginStep
    | CompleteStep
    | UndoCompletion
    | CancelEntry
    | RecordInteraction
    | Conclude
    | AmendConclusion
    | WithdrawConclusion
    | ChangePotential
    | MoveEntryDate
    | Reassign
    | WithdrawClient
    | TargetAgain
    | CloseArchived
    | ReopenUnarchived
    | InteractionCommand
    | MarkOverdue
    | LinkHoldings
)


class FactKind(StrEnum):
    """What happened to a follow-up, in the past tense."""

    CLIENT_TARGETED = "ClientTargeted"
    STEP_BEGUN = "StepBegun"
    STEP_COMPLETED = "StepCompleted"
    COMPLETION_UNDONE = "CompletionUndone"
    ENTRY_CANCELLED = "EntryCancelled"
    INTERACTION_RECORDED = "InteractionRecorded"
    INTERACTION_PLANNED = "InteractionPlanned"
    INTERACTION_AMENDED = "InteractionAmended"
    INTERACTION_COMPLETED = "InteractionCompleted"
    INTERACTION_CANCELLED = "InteractionCancelled"
    INTERACTION_REOPENED = "InteractionReopened"
    CONCLUDED = "Concluded"
    CONCLUSION_AMENDED = "ConclusionAmended"
    HOLDINGS_LINKED = "HoldingsLinked"
    CONCLUSION_WITHDRAWN = "ConclusionWithdrawn"
    POTENTIAL_CHANGED = "PotentialChanged"
    ENTRY_DATE_MOVED = "EntryDateMoved"
    REASSIGNED = "Reassigned"
    CLIENT_WITHDRAWN = "ClientWithdrawn"
    TARGETED_AGAIN = "TargetedAgain"
    CLOSED_ARCHIVED = "ClosedArchived"
    REOPENED_UNARCHIVED = "ReopenedUnarchived"
    STEP_OVERDUE = "StepOverdue"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What surrounds a command: the deployment's day, the day it happened, and who acts (a user id or `crm`)."""

    today: date
    occurred_on: date
    actor: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to a follow-up, on day `on`, decided under definition `version`.

    Only the fields that its kind needs are set. Facts folded in order with `decisions.apply` give the state.
    """

    kind: FactKind
    on: date
    version: int
    step_id: str | None = None
    interaction: StepKind | None = None
    conclusion: Conclusion | None = None
    potential: Decimal | None = None
    entry_date: date | None = None
    advisor_id: str | None = None
    position: str | None = None
    """Where a closing fact found the follow-up, and where a late completion leaves it; None is *end*."""
    late: bool = False
    """Happened at or before the conclusion, recorded after it (spec 6.2)."""
    of: int | None = None
    """The unplanned interaction that it is about: the number of the fact which planned or recorded it."""
    ticked: tuple[str, ...] = ()
    unticked: tuple[str, ...] = ()
    """Checklist items that it ticked and unticked."""
    due_on: date | None = None
