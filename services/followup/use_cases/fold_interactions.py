"""Facts folded into interactions as they stand: the one account of what each fact makes of what is said.

The same when a fact is recorded and when everything is rebuilt from the facts (docs/domain.md, Interactions).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.followup.ports.interactions import Interaction, key_of
from shared.contracts.followup import FactRecorded
from shared.rulebook.facts import FactKind
from shared.rulebook.interaction_words import InteractionState
from shared.rulebook.steps import StepKind

_STATES: dict[FactKind, InteractionState | None] = {
    FactKind.STEP_BEGUN: InteractionState.OPEN,
    FactKind.STEP_COMPLETED: InteractionState.DONE,
    FactKind.COMPLETION_UNDONE: InteractionState.UNDONE,
    FactKind.ENTRY_CANCELLED: InteractionState.CANCELLED,
    FactKind.INTERACTION_RECORDED: InteractionState.DONE,
    FactKind.INTERACTION_PLANNED: InteractionState.OPEN,
    FactKind.INTERACTION_AMENDED: None,
    FactKind.INTERACTION_COMPLETED: InteractionState.DONE,
    FactKind.INTERACTION_CANCELLED: InteractionState.CANCELLED,
    FactKind.INTERACTION_REOPENED: InteractionState.OPEN,
}
_NAMES_ITSELF = {FactKind.INTERACTION_RECORDED, FactKind.INTERACTION_PLANNED}
_ITS_NOTE_IS_A_REASON = {
    FactKind.COMPLETION_UNDONE,
    FactKind.ENTRY_CANCELLED,
    FactKind.INTERACTION_CANCELLED,
    FactKind.INTERACTION_REOPENED,
}


@dataclass(frozen=True, slots=True)
class Touch:
    """What facts make of one interaction: its new state, and what is said now; None in `said` takes back."""

    follow_up_id: str
    step_id: str | None
    number: int | None
    kind: StepKind | None
    state: InteractionState | None
    said: Mapping[str, Any]
    fresh: bool
    """What was said before is gone from the form: a cancelled interaction is as if not begun (spec 5.4)."""
    fact_number: int

    @property
    def key(self) -> str:
        """See `key_of`."""
        return key_of(self.step_id, self.number)

    def then(self, later: "Touch") -> "Touch":
        """Both, one after the other."""
        return Touch(
            self.follow_up_id,
            self.step_id,
            self.number,
            later.kind or self.kind,
            later.state or self.state,
            later.said if later.fresh else {**self.said, **later.said},
            self.fresh or later.fresh,
            later.fact_number,
        )


def touch_of(event: FactRecorded, details: Mapping[str, Any] | None, note: str | None) -> Touch | None:
    """What this fact makes of its interaction; None for facts about none."""
    fact = event.fact
    if fact.kind not in _STATES:
        return None
    cancelled = _STATES[fact.kind] is InteractionState.CANCELLED
    said = {} if cancelled else dict(details or {})
    if note is not None and fact.kind not in _ITS_NOTE_IS_A_REASON:
        said["note"] = note or None
    number = event.number if fact.kind in _NAMES_ITSELF else fact.of
    return Touch(
        follow_up_id=event.follow_up_id,
        step_id=fact.step_id,
        number=number,
        kind=fact.interaction,
        state=_STATES[fact.kind],
        said=said,
        fresh=cancelled,
        fact_number=event.number,
    )


def after_touch(before: Interaction | None, touch: Touch) -> Interaction:
    """The interaction as it then stands."""
    said = {**({} if before is None or touch.fresh else before.details), **touch.said}
    return Interaction(
        follow_up_id=touch.follow_up_id,
        step_id=touch.step_id,
        number=touch.number,
        kind=touch.kind or (before.kind if before else None),
        state=touch.state or (before.state if before else InteractionState.OPEN),
        details={name: value for name, value in said.items() if value is not None},
        fact_number=touch.fact_number,
    )
