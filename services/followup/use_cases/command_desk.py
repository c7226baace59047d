"""The one path of every command: written down, sent when its turn comes, recorded; the caller waits for the verdict.

docs/architecture.md, The write path. Single commands are folded into few transactions while others are on their way.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from services.followup.ports import Admission, CommandLog, Leased, NewCommand, Outcome, Recorded, Verdict
from services.followup.use_cases.flow import Flow
from services.followup.use_cases.send import Sender
from shared.rulebook.errors import RuleBroken
from shared.runtime.batching import Coalescer
from shared.runtime.logging import logger

_MANY = 6
_GATHER = 0.02
"""Seconds; far below what an update takes when so many are on their way."""
_PER_TURN = 16
"""Commands that wait for each turn at the engine; at its usual pace all of them get theirs within their lease."""
_log = logger(__name__)


class CommandDesk:
    """Takes commands from every door; `flow` bounds what this process sends to the engine at once."""

    def __init__(self, log: CommandLog, sender: Sender, flow: Flow, *, answer_within: timedelta) -> None:
        self._log = log
        self._sender = sender
        self._answer_within = answer_within.total_seconds()
        self._flow = flow
        self._admissions: Coalescer[NewCommand, Admission] = Coalescer(log.admit, max_size=200, gather=self._gather)
        self._recordings: Coalescer[Outcome, Recorded] = Coalescer(log.record, max_size=200, gather=self._gather)
        self._waiting: dict[str, asyncio.Future[Verdict]] = {}
        self._drives: set[asyncio.Task[None]] = set()

    @property
    def under_way(self) -> int:
        """How many commands are being sent, or wait for their turn."""
        return len(self._drives)

    @property
    def room(self) -> int:
        """How many more commands are worth leasing: a lease that ends while its command waits was taken in vain."""
        return max(0, _PER_TURN * self._flow.allowed - self.under_way)

    async def submit(self, command: NewCommand) -> Verdict:
        """The verdict, or *pending* or *parked*. Raises what keeps the command from being written down."""
        answers = await self.submit_many([command])
        answer = answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def submit_many(self, commands: Sequence[NewCommand]) -> Sequence[Verdict | Exception]:
        """A verdict or an error for each command; those of one follow-up are decided in their order."""
        futures = {command.command_id: self._expect(command.command_id) for command in commands}
        try:
            admissions = await self._admit(commands)
            for admission in admissions:
                if isinstance(admission, Leased):
                    self.drive(admission)
            undecided = [
                futures[command.command_id]
                for command, admission in zip(commands, admissions, strict=True)
                if isinstance(admission, Leased) or _is_open(admission)
            ]
            if undecided:
                await asyncio.wait(undecided, timeout=self._answer_within)
            return [
                _settled(admission, futures[command.command_id])
                for command, admission in zip(commands, admissions, strict=True)
            ]
        finally:
            for command in commands:
                self._waiting.pop(command.command_id, None)

    async def leave(self, commands: Sequence[NewCommand]) -> Sequence[Admission]:
        """Write the commands down and send them without waiting for their verdicts; answers what the log said."""
        admissions = await self._log.admit(commands) if commands else ()
        for admission in admissions:
            if isinstance(admission, Leased):
                self.drive(admission)
        return admissions

    def drive(self, leased: Leased) -> None:
        """Send this command, and then those waiting behind it, without anybody having to wait for it."""
        task = asyncio.create_task(self._drive(leased))
        self._drives.add(task)
        task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Wait for what is on its way."""
        while self._drives:
            await asyncio.wait(self._drives)
        await self._admissions.close()
        await self._recordings.close()

    def _gather(self) -> float:
        """A transaction costs as much as many commands: when many are on their way, let some gather."""
        return _GATHER if len(self._drives) >= _MANY else 0.0

    async def _admit(self, commands: Sequence[NewCommand]) -> Sequence[Admission]:
        """Write down; a batch of its own is one transaction, a single command shares one with its neighbours."""
        if len(commands) == 1:
            try:
                return [await self._admissions.submit(commands[0])]
            except RuleBroken as broken:
                # An answer for this command, as in a batch: it fails neither the call nor the message that brought it.
                return [broken]
        return await self._log.admit(commands)

    async def _drive(self, leased: Leased | None) -> None:
        while leased is not None:
            async with self._flow.turn(first=leased.door == "screen"):
                if not self._sender.in_time(leased):
                    return  # Nothing was sent: whoever leases it next does.
                outcome = await self._sender.send(leased)
            if outcome.unclear:
                self._flow.unanswered()
                _log.warning("verdict_open", command_id=leased.command_id, follow_up_id=leased.follow_up.follow_up_id)
                self._tell(_pending(leased))  # it is sent again when the lease is over: nobody waits for that
                return
            self._flow.answered()
            recorded = await self._recordings.submit(outcome)
            for verdict in recorded.verdicts:
                self._tell(replace(verdict, after=recorded.after))
            leased = recorded.following

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._drives.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The verdict stays open; the command is sent again once its lease is over.
            _log.error("verdict_open", exc_info=error)

    def _expect(self, command_id: str) -> asyncio.Future[Verdict]:
        future: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._waiting[command_id] = future
        return future

    def _tell(self, verdict: Verdict) -> None:
        future = self._waiting.get(verdict.command_id)
        if future is not None and not future.done():
            future.set_result(verdict)


def _is_open(admission: Admission) -> bool:
    """Waits its turn behind a command that is on its way."""
    return isinstance(admission, Verdict) and admission.kind == "pending" and not admission.repeated


def _settled(admission: Admission, future: asyncio.Future[Verdict]) -> Verdict | Exception:
    if future.done():
        return future.result()
    return _pending(admission) if isinstance(admission, Leased) else admission


def _pending(leased: Leased) -> Verdict:
    return Verdict(leased.command_id, leased.source_id, "pending", leased.follow_up.follow_up_id)
