"""What a campaign plans: its steps, their checklists, and from whom a mandatory step is due (docs/domain.md, Steps)."""

from dataclasses import dataclass
from enum import StrEnum


class StepKind(StrEnum):
    """The five kinds of interaction a step can plan."""

    TASK = "TASK"
    APPOINTMENT = "APPOINTMENT"
    REMINDER = "REMINDER"
    FOLLOW_UP_SHEET = "FOLLOW_UP_SHEET"
    EMAIL = "EMAIL"


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to tick in a TASK."""

    id: str
    mandatory: bool


@dataclass(frozen=True, slots=True)
class Exemption:
    """The clients already past a mandatory step when version `version` put it behind them are not asked for it.

    A client was past when one of the steps `after` (those standing after it in that version) was begun or completed
    under an earlier version, even if undone since (spec 2.4). Both fields are fixed when the version is saved, so who
    is past never changes.
    """

    version: int
    after: frozenset[str]


@dataclass(frozen=True, slots=True)
class Step:
    """One planned step. `exemptions` matter only while it is mandatory."""

    id: str
    kind: StepKind
    mandatory: bool
    offers_next: bool = False
    due_within_days: int | None = None
    checklist: tuple[ChecklistItem, ...] = ()
    exemptions: tuple[Exemption, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules of one campaign in one version: ordered steps, the sales step, whether the campaign is archived.

    It is the compact definition that travels to the workflows: ids, kinds and flags, no texts.
    """

    version: int
    steps: tuple[Step, ...]
    sales_step: str
    archived: bool = False
