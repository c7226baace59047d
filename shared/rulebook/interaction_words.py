"""How the five kinds of interaction are described: what each says, and its status in its own words (spec 5.4)."""

from collections.abc import Collection
from enum import StrEnum

from shared.rulebook.errors import Invalid
from shared.rulebook.steps import StepKind


class InteractionState(StrEnum):
    """Where an interaction stands, whatever its kind; UNDONE is a step's completion taken back."""

    OPEN = "OPEN"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    UNDONE = "UNDONE"


class Progress(StrEnum):
    """How far a TASK that is open has come."""

    TO_DO = "TO_DO"
    IN_PROGRESS = "IN_PROGRESS"


class Channel(StrEnum):
    """How the client is reminded."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"
    SMS = "SMS"
    LETTER = "LETTER"
    IN_PERSON = "IN_PERSON"


DETAILS: dict[StepKind, frozenset[str]] = {
    StepKind.TASK: frozenset({"progress", "due_on"}),
    StepKind.APPOINTMENT: frozenset({"starts_at", "duration_minutes", "place"}),
    StepKind.REMINDER: frozenset({"due_on", "channel"}),
    StepKind.FOLLOW_UP_SHEET: frozenset({"said"}),
    StepKind.EMAIL: frozenset({"subject", "body"}),
}
"""What is said of each kind, beside the note and what is said of all."""
OF_EVERY_KIND = frozenset({"attachments"})

_WORDS = {
    StepKind.TASK: {InteractionState.OPEN: "TO_DO", InteractionState.DONE: "COMPLETED"},
    StepKind.APPOINTMENT: {InteractionState.OPEN: "PLANNED", InteractionState.DONE: "HELD"},
    StepKind.REMINDER: {InteractionState.OPEN: "TO_DO", InteractionState.DONE: "DONE"},
    StepKind.FOLLOW_UP_SHEET: {InteractionState.OPEN: "TO_WRITE", InteractionState.DONE: "COMPLETED"},
    StepKind.EMAIL: {InteractionState.OPEN: "TO_SEND", InteractionState.DONE: "SENT"},
}


def check_details(kind: StepKind, fields: Collection[str]) -> None:
    """Invalid `details_of_another_kind`, naming the fields that an interaction of this kind has not."""
    strangers = set(fields).difference(DETAILS[kind], OF_EVERY_KIND)
    if strangers:
        raise Invalid("details_of_another_kind", {"kind": kind.value, "fields": sorted(strangers)})


def status_word(kind: StepKind, state: InteractionState, progress: Progress | None = None) -> str:
    """The status as people say it for this kind: a task is to do, in progress or completed, an appointment held."""
    if kind is StepKind.TASK and state is InteractionState.OPEN and progress is Progress.IN_PROGRESS:
        return Progress.IN_PROGRESS.value
    return _WORDS[kind].get(state, state.value)
