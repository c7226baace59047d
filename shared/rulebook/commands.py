"""What somebody may want of a client's follow-up, and what surrounds it (docs/domain.md, Follow-ups).

Texts, names and files are never here: only ids, dates, flags and amounts, since commands live in workflow histories.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.holdings import LinkHoldings
from shared.rulebook.interaction_commands import InteractionCommand
from shared.rulebook.lateness import MarkOverdue
from shared.rulebook.steps import StepKind


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


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What surrounds a command: the deployment's day, the day it happened, and who acts (a user id or `crm`)."""

    today: date
    occurred_on: date
    actor: str
