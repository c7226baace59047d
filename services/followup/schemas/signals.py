"""Signals as the CRM sends them, and the verdicts of both."""

from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from services.followup.schemas.undoing import UndoOut
from shared.contracts.crm import CrmSignal, missing_fields
from shared.contracts.wire import Incoming

__all__ = [
    "CommandOut",
    "SignalIn",
    "SignalsIn",
    "VerdictOut",
    "VerdictsOut",
    "missing_fields",
    "plain",
    "problems_of",
]

SignalIn = CrmSignal
"""The same through each door."""


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
    undone: UndoOut | None = None
    """What an undone completion changed."""
