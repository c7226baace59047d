"""Signals that came straight to a workflow: read here for the first time, and put into the command log like any other.

Rule 9 of docs/architecture.md, The write path. What cannot be read is kept with its reason, never lost.
"""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from services.followup.ports import CommandLog, KeptSignal, NewCommand
from services.followup.schemas import SignalIn, missing_fields, plain, problems_of
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.take_signals import UNNAMED, Signal, command_of
from shared.contracts.followup import DirectSignal, DirectSignals
from shared.runtime.clock import Clock


class DirectDoor:
    """Takes the raw signals of one follow-up. `campaign` and `client` may both be left out: the workflow says which."""

    def __init__(self, desk: CommandDesk, log: CommandLog, clock: Clock, *, park_for: timedelta) -> None:
        self._desk = desk
        self._log = log
        self._clock = clock
        self._park_for = park_for

    async def take(self, batch: DirectSignals) -> int:
        """How many were taken; they are decided after this answers, since their workflow waits for it."""
        read = [(raw, self._read(batch.follow_up_id, raw)) for raw in batch.signals]
        commands = [one for _, one in read if isinstance(one, NewCommand)]
        await self._log.keep([one for _, one in read if isinstance(one, KeptSignal)])
        # One whose id stands for something else is kept with its reason by the log.
        await self._desk.leave(commands)
        return len(batch.signals)

    def _read(self, follow_up_id: str, raw: DirectSignal) -> NewCommand | KeptSignal:
        """The command, or what to keep of a signal that asks for none."""
        try:
            said = json.loads(base64.b64decode(raw.payload))
            given = SignalIn.model_validate(_completed(said, raw))
        except (ValueError, RecursionError) as error:
            return self._kept(follow_up_id, raw, _problems(error))
        if missing := missing_fields(given):
            return self._kept(follow_up_id, raw, {"missing": missing})
        unnamed = [name for name in ("campaign", "client") if getattr(given, name) == UNNAMED]
        if len(unnamed) == 1:  # the other one alone could not be checked
            return self._kept(follow_up_id, raw, {"missing": unnamed})
        signal = Signal(**{name: getattr(given, name) for name in SignalIn.model_fields})
        command = command_of(signal, self._clock, door="direct", park_for=self._park_for, follow_up=follow_up_id)
        if command.follow_up_id != follow_up_id:
            return self._kept(follow_up_id, raw, {"other_follow_up": command.follow_up_id})
        return command

    def _kept(self, follow_up_id: str, raw: DirectSignal, data: dict[str, Any]) -> KeptSignal:
        return KeptSignal(
            follow_up_id=follow_up_id,
            signal_key=raw.signal_key,
            name=plain(raw.name),
            payload=raw.payload,
            code="invalid_signal",
            data=data,
            received_at=self._clock.now(),
        )


def _completed(said: object, raw: DirectSignal) -> dict[str, Any]:
    """The signal with what its envelope already says."""
    if not isinstance(said, Mapping):
        raise ValueError("a signal is one JSON object")  # noqa: TRY004  all that is unreadable is one error here
    defaults = {"id": raw.signal_key, "type": raw.name, "campaign": UNNAMED, "client": UNNAMED}
    return {**defaults, **said}


def _problems(error: Exception) -> dict[str, Any]:
    return {"errors": problems_of(error)} if isinstance(error, ValidationError) else {"error": plain(error)}
