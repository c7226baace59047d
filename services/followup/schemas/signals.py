"""Signals as the CRM sends them, and the verdicts of both."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from services.followup.schemas.fields import Amount, Note, Reference, StepId
from shared.contracts.wire import Incoming
from shared.rulebook.follow_up import (
    ConclusionKind,
)
from shared.rulebook.steps import StepKind


class SignalIn(Incoming):
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


def missing_fields(signal: SignalIn) -> list[str]:
    """The fields that a signal of this type needs and lacks."""
    return [name for name in _NEEDED[signal.type] if getattr(signal, name) is None]


def problems_of(error: ValidationError) -> list[dict[str, str]]:
    """Which fields are wrong and why, without what was in them."""
    found = error.errors(include_input=False, include_url=False)[:20]
    return [{"field": plain(".".join(map(str, one["loc"]))), "message": plain(one["msg"])} for one in found]


def plain(said: object) -> str:
    """Text from outside, cut short and without what JSON or PostgreSQL cannot hold: a nul, half a surrogate pair."""
    return str(said)[:200].encode(errors="backslashreplace").decode().replace("\x00", "\\x00")


class SignalsIn(Incoming):
    """A batch of at most 1,000 signals, each as loose JSON: one that is wrong is answered for itself."""

    signals: list[dict[str, Any]] = Field(max_length=1000)


class VerdictOut(BaseModel):
    """What became of a command or signal."""

    id: str
    verdict: Literal["applied", "duplicate", "refused", "parked", "pending", "unknown"]
    follow_up_id: str | None = None
    number: int | None = None
    code: str | None = None
    data: dict[str, Any] | None = None
    detail: str | None = None


class VerdictsOut(BaseModel):
    """The verdicts, in the order of the signals."""

    verdicts: list[VerdictOut]


class CommandOut(VerdictOut):
    """The verdict of a person's command, and what is offered next."""

    ask: str | None = None
    """Where to ask for the verdict while it is pending."""
    next_step: str | None = None
    conclusion_offered: bool = False
