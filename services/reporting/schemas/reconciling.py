"""Reconciliations as operators see them: ids, states, numbers and reasons, no names."""

from datetime import datetime

from services.reporting.ports.reconciling import Found, Outcome, Part, Reconciliation
from services.reporting.schemas.parts import Out


class BegunOut(Out):
    """The reconciliation begun, or the one under way."""

    number: int


class ReconciliationOut(Out):
    """One run: how far it is, what it compared, and how many differences it found by kind.

    `unsure` are executions that did not answer in time; `counters` are null until they are recomputed, and `open` are
    differences that could not be repaired.
    """

    number: int
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    part: Part
    problem: str | None
    follow_ups: int
    executions: int
    unsure: int
    counters: int | None
    differences: dict[str, int]
    open: int

    @classmethod
    def of(cls, run: Reconciliation) -> "ReconciliationOut":
        """The run as it stands."""
        return cls.model_validate({field: getattr(run, field) for field in cls.model_fields})


class ReconciliationsOut(Out):
    """The last runs, newest first."""

    reconciliations: list[ReconciliationOut]


class DifferenceFoundOut(Out):
    """One difference, what was done about it, and why not more."""

    id: int
    kind: str
    follow_up_id: str
    campaign_id: str | None
    outcome: Outcome
    reason: str | None
    details: dict[str, str | int | None]

    @classmethod
    def of(cls, found: Found) -> "DifferenceFoundOut":
        """The difference as kept."""
        return cls.model_validate({field: getattr(found, field) for field in cls.model_fields})


class DifferencesOut(Out):
    """One page; `next` is what to send as `after`, null when nothing lies beyond."""

    differences: list[DifferenceFoundOut]
    next: int | None
