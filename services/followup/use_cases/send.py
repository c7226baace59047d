"""Sending one leased command to its execution, and saying what came of it (rules 3, 7 and 8 of the write path)."""

from datetime import timedelta

from services.followup.ports import NOT_FOUND, Engine, EngineAnswer, Known, Leased, Outcome
from shared.contracts.workflow import (
    ALREADY_APPLIED,
    DEFINITION_NEEDED,
    RULE,
    STATE_NEEDED,
    FollowUpCommand,
    FollowUpStart,
    update_id,
)
from shared.rulebook.decisions import decide
from shared.rulebook.errors import RuleBroken
from shared.rulebook.follow_up import FollowUpStatus
from shared.rulebook.standing import status
from shared.runtime.clock import Clock

_TRIES = 4
"""One send, and one repetition for each thing the execution may lack: the definition, the state, itself."""


class Sender:
    """Sends with what the execution needs to know; an execution that lacks more says so, and gets it."""

    def __init__(self, engine: Engine, clock: Clock, *, deadline: timedelta) -> None:
        self._engine = engine
        self._clock = clock
        self._deadline = deadline

    def in_time(self, leased: Leased) -> bool:
        """Whether the lease leaves the execution its whole time; later, the command would be sent to be refused."""
        return self._clock.now() + self._deadline <= leased.leased_until

    async def send(self, leased: Leased) -> Outcome:
        """The facts or the refusal to record; unclear when neither is sure: the same id is sent again later."""
        known = leased.follow_up
        if (waits := _waits(leased)) is not None:
            return waits
        message = self._message(leased)
        with_start = not known.started or known.state.closing is not None
        for repetition in range(_TRIES):
            send = update_id(leased.command_id, leased.attempt, repetition)
            answer = await self._once(known, send, message, with_start=with_start)
            if answer.failure == DEFINITION_NEEDED:
                message = message.model_copy(update={"plan": known.plan})
            elif answer.failure == STATE_NEEDED:
                message = message.model_copy(update={"state": known.state, "plan": known.plan})
            elif answer.failure == NOT_FOUND and not with_start:
                # The row says open: the execution ended a moment ago, or the engine lost it.
                with_start = True
            else:
                return _outcome(leased, answer)
        return Outcome(leased)

    def _message(self, leased: Leased) -> FollowUpCommand:
        known = leased.follow_up
        return FollowUpCommand(
            command=leased.command,
            circumstances=leased.circumstances,
            recorded=known.state.number,
            deadline=min(self._clock.now() + self._deadline, leased.leased_until),
            version=known.plan.version,
            plan=known.plan if known.known_version < known.plan.version else None,
        )

    async def _once(self, known: Known, send: str, message: FollowUpCommand, *, with_start: bool) -> EngineAnswer:
        if with_start:
            return await self._engine.update_with_start(start_of(known), send, message)
        return await self._engine.update(known.follow_up_id, send, message)


def start_of(known: Known) -> FollowUpStart:
    """What an execution is started from, for the first time or again: the last recorded state."""
    return FollowUpStart(
        follow_up_id=known.follow_up_id,
        campaign_id=known.campaign_id,
        client_id=known.client_id,
        state=known.state,
        plan=known.plan,
    )


def _waits(leased: Leased) -> Outcome | None:
    """The refusal of what has to wait for the entry date: sent, it would end the delay in which nothing is paid for."""
    known = leased.follow_up
    if status(known.state, leased.circumstances.today) is not FollowUpStatus.WAITING:
        return None
    try:
        decide(known.state, leased.command, known.plan, leased.circumstances)
    except RuleBroken as broken:
        return Outcome(leased, refused=broken.code, data=broken.data) if broken.code == "waiting" else None
    return None


def _outcome(leased: Leased, answer: EngineAnswer) -> Outcome:
    if answer.failure is None or answer.failure == ALREADY_APPLIED:
        return Outcome(leased, facts=answer.facts)
    if answer.failure.startswith(RULE):
        return Outcome(leased, refused=answer.failure.removeprefix(RULE), data=answer.data)
    return Outcome(leased)
