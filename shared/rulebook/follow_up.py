"""The state of a client's follow-up, which its facts make (docs/domain.md, Follow-ups).

Texts, names and files are never here: only ids, dates, flags and amounts, since this state lives in workflow histories.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.rulebook.holdings import NOT_LINKED, Linked
from shared.rulebook.interaction_commands import PendingInteraction


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
    cancelled: tuple[int, ...] = ()
    """The numbers of those that were cancelled, which are as if they had never been planned (ADR 0023)."""
    overdue_step: str | None = None
    overdue_due_on: date | None = None
    """The step that was recorded as late, until it is completed, and the last day on which it was in time."""
