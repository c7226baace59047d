"""The CRM's signals by NATS: acknowledged once they are in the command log (docs/integration/signals-by-nats.md).

What cannot be read is kept in the log with its reason, and goes to the parking stream. Each batch waits a moment for
its verdicts, so that a flood waits in JetStream and not in this process.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.followup.ports import CommandLog, KeptSignal
from services.followup.schemas import plain
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.take_signals import Signal, command_of, follow_up_named
from shared.contracts.crm import CrmSignal, SignalSent
from shared.contracts.wire import CloudEvent
from shared.runtime.clock import Clock
from shared.runtime.messaging import Bus

DURABLE = "followup-signals"
_MOST = 16 * 1024
"""Bytes kept of one that cannot be read, as of one that comes straight to the workflow."""


async def hear_signals(bus: Bus, desk: CommandDesk, log: CommandLog, clock: Clock, *, park_for: timedelta) -> None:
    """Start the consumer."""

    async def take(events: Sequence[CloudEvent[Any]]) -> None:
        sent: list[SignalSent] = [event.data for event in events]
        commands = [command_of(_signal(one.signal), clock, door="crm", park_for=park_for) for one in sent]
        await desk.submit_many(commands)

    async def unread(key: str, raw: bytes, reason: str) -> None:
        await log.keep([_kept(key, raw, reason, clock)])

    await bus.consume(DURABLE, [SignalSent], take, parked=unread)


def _signal(given: CrmSignal) -> Signal:
    return Signal(**{name: getattr(given, name) for name in CrmSignal.model_fields})


def _kept(key: str, raw: bytes, reason: str, clock: Clock) -> KeptSignal:
    """What operators see of a signal that cannot be read; on its client's timeline where it names one."""
    said = _said(raw)
    campaign, client = said.get("campaign"), said.get("client")
    named = isinstance(campaign, str) and isinstance(client, str)
    return KeptSignal(
        follow_up_id=follow_up_named(str(campaign), str(client)) if named else None,
        signal_key=key,
        name=plain(said.get("type", "")),
        payload=base64.b64encode(raw[:_MOST]).decode(),
        code="invalid_signal",
        data={"error": plain(reason), **({"id": plain(said["id"])} if "id" in said else {})},
        received_at=clock.now(),
        door="crm",
    )


def _said(raw: bytes) -> Mapping[str, Any]:
    """The signal as far as it can be made out; nothing of what is no signal at all."""
    try:
        said = json.loads(raw)["data"]["signal"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return {}
    return said if isinstance(said, Mapping) else {}
