"""The CRM's signals by NATS: acknowledged once they are in the command log and sent on (docs/integration/nats.md).

What cannot be read goes to the parking stream with its reason. Each batch waits a moment for its verdicts, so that a
flood waits in JetStream and not in this process.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.take_signals import Signal, command_of
from shared.contracts.crm import CrmSignal, SignalSent
from shared.contracts.wire import CloudEvent
from shared.runtime.clock import Clock
from shared.runtime.messaging import Bus

DURABLE = "followup-signals"


async def hear_signals(bus: Bus, desk: CommandDesk, clock: Clock, *, park_for: timedelta) -> None:
    """Start the consumer."""

    async def take(events: Sequence[CloudEvent[Any]]) -> None:
        sent: list[SignalSent] = [event.data for event in events]
        commands = [command_of(_signal(one.signal), clock, door="crm", park_for=park_for) for one in sent]
        await desk.submit_many(commands)

    await bus.consume(DURABLE, [SignalSent], take)


def _signal(given: CrmSignal) -> Signal:
    return Signal(**{name: getattr(given, name) for name in CrmSignal.model_fields})
