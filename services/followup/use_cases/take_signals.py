"""Signals of the host CRM, from whichever of its doors, as commands (spec 6)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.followup.ports import NewCommand
from shared.contracts.followup import Door
from shared.rulebook.commands import Command, CompleteStep, Conclude, RecordInteraction
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.ids import campaign_id, client_id, follow_up_id
from shared.rulebook.steps import StepKind
from shared.runtime.clock import Clock
from shared.runtime.identifiers import uuid7

CRM = "crm"
UNNAMED = "-"
"""Campaign or client of a signal that leaves it to its door to say which."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: the CRM's own id, what about whom, and when it happened."""

    id: str
    type: str
    campaign: str
    client: str
    occurred_at: datetime
    step: str | None = None
    ticked: tuple[str, ...] = ()
    interaction: StepKind | None = None
    kind: ConclusionKind | None = None
    collected: Decimal | None = None
    note: str | None = None


def command_of(
    signal: Signal, clock: Clock, *, door: Door, park_for: timedelta, follow_up: str | None = None
) -> NewCommand:
    """The command that a signal asks for. Its follow-up follows from campaign and client, known or not yet.

    `follow_up` names it where the door itself says which, and the signal does not.
    """
    now = clock.now()
    command = _wish(signal, clock)
    named = UNNAMED not in {signal.campaign, signal.client}
    target = follow_up_named(signal.campaign, signal.client) if named or not follow_up else follow_up
    return NewCommand(
        command_id=uuid7(),
        source=CRM,
        source_id=signal.id,
        content=fingerprint(
            {
                "type": signal.type,
                "follow_up": target,
                "command": said(command),
                "occurred_at": signal.occurred_at.timestamp(),
                "note": signal.note,
            }
        ),
        follow_up_id=target,
        command=command,
        door=door,
        actor=CRM,
        occurred_at=signal.occurred_at,
        received_at=now,
        note=signal.note,
        park_until=now + park_for,
        named={"campaign": signal.campaign, "client": signal.client} if named else None,
    )


def follow_up_named(campaign: str, client: str) -> str:
    """The follow-up of the client in the campaign, as the CRM calls both; known or not yet."""
    return follow_up_id(_campaign(campaign), client_id(client))


def said(command: Command) -> dict[str, Any]:
    """What a command says, for its fingerprint."""
    return {"command": type(command).__name__, **asdict(command)}


def fingerprint(content: Mapping[str, Any]) -> str:
    """A hash of what a sender said, the same for the same content whatever its order and whichever process asks."""
    canonical = json.dumps(content, sort_keys=True, default=_plain)
    return hashlib.blake2b(canonical.encode(), digest_size=16).hexdigest()


def _plain(value: object) -> object:
    match value:
        case frozenset():
            return sorted(value)  # a set's own order differs from process to process
        case Decimal():
            return f"{value:.2f}"
        case _:
            return str(value)


def _wish(signal: Signal, clock: Clock) -> Command:
    match signal.type:
        case "step_completed":
            return CompleteStep(signal.step or "", frozenset(signal.ticked))
        case "interaction_recorded":
            return RecordInteraction(signal.interaction or StepKind.TASK)
        case _:
            kind = signal.kind or ConclusionKind.NO_DECISION
            return Conclude(kind, clock.day_of(signal.occurred_at), signal.collected or Decimal(0))


def _campaign(reference: str) -> str:
    """Our id of a campaign named by our id or by its key."""
    try:
        return str(UUID(reference))
    except ValueError:
        return campaign_id(reference)
