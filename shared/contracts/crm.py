"""What the host CRM sends: its signals, the same in shape through each of its doors (docs/integration)."""

from typing import ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from shared.contracts.fields import Amount, Note, Reference, StepId
from shared.contracts.wire import Event, Incoming
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.steps import StepKind


class CrmSignal(Incoming):
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


def missing_fields(signal: CrmSignal) -> list[str]:
    """The fields that a signal of this type needs and lacks."""
    return [name for name in _NEEDED[signal.type] if getattr(signal, name) is None]


class SignalSent(Event):
    """A signal that the CRM publishes itself; acknowledged once it is in the command log.

    What stands in `signal` must be exactly as documented: a message that is not goes to the parking stream.
    """

    type: ClassVar[str] = "campaigns.crm.signal_sent.v1"

    signal: CrmSignal

    @property
    def key(self) -> str:
        """The CRM chooses: any one token. Signals with the same key stay in their order, as all others do."""
        return "signal"

    @property
    def event_id(self) -> str:
        """The CRM's own id."""
        return f"crm-signal/{self.signal.id}"

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if missing := missing_fields(self.signal):
            raise ValueError(f"a signal of type {self.signal.type} needs {', '.join(missing)}")
        return self
