"""What happened to a client's follow-up (docs/domain.md, Follow-ups).

Texts, names and files are never here: only ids, dates, flags and amounts, since facts live in workflow histories.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.rulebook.follow_up import Conclusion
from shared.rulebook.steps import StepKind


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
class Fact:
    """One thing that happened to a follow-up, on day `on`, decided under definition `version`.

    Only the fields that its kind needs are set. Facts folded in order with `history.apply` give the state.
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
