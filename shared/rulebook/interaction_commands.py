"""What somebody may want of an interaction beside a step's own commands, and what the state keeps of unplanned ones.

Dates, places and texts are never here: they are kept outside and found by the command (docs/domain.md, Interactions).
"""

from dataclasses import dataclass

from shared.rulebook.steps import StepKind


@dataclass(frozen=True, slots=True)
class PendingInteraction:
    """An unplanned interaction that is still to be done; `number` is that of the fact which planned it."""

    number: int
    kind: StepKind


@dataclass(frozen=True, slots=True)
class PlanInteraction:
    """An unplanned interaction that is still to be done: an appointment, a task, a reminder."""

    kind: StepKind


@dataclass(frozen=True, slots=True)
class AmendInteraction:
    """Change what is said of a step's entry, or of the unplanned interaction `number`: what was said before stays.

    `described` says that details or a note come with it; else it is about the checklist alone.
    """

    step_id: str | None = None
    number: int | None = None
    ticked: frozenset[str] = frozenset()
    unticked: frozenset[str] = frozenset()
    described: bool = False


@dataclass(frozen=True, slots=True)
class CompleteInteraction:
    """The pending interaction `number` is done; or the begun entry of a step that the plan no longer has."""

    step_id: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class CancelInteraction:
    """The pending interaction `number` will not be; or the begun entry of a step that the plan no longer has."""

    step_id: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ReopenInteraction:
    """An unplanned interaction that was done is pending again; that there is one, and its kind, are known outside."""

    number: int
    kind: StepKind


InteractionCommand = PlanInteraction | AmendInteraction | CompleteInteraction | CancelInteraction | ReopenInteraction
