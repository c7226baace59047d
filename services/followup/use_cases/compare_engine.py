"""Rows against executions: what differs, and what is done about it without losing a fact (spec 8.10, ADR 0081)."""

import asyncio
from collections.abc import Callable, Sequence

from services.followup.ports import Known
from services.followup.ports.comparing import Executions, HeldRows, Standing
from services.followup.use_cases.send import start_of
from services.followup.use_cases.upkeep import wakes_at
from shared.contracts.reconciling import (
    CompareExecutions,
    EngineDifference,
    EngineKind,
    ExecutionMended,
    ExecutionsCompared,
)
from shared.rulebook.follow_up import FollowUpStatus
from shared.rulebook.standing import status
from shared.runtime.clock import Clock

_ENDED_BECAUSE = "reconciliation: its follow-up is closed, and every fact of it recorded"


class CompareEngine:
    """Bounded: one page at a time, and `per_second` executions looked up."""

    def __init__(self, rows: HeldRows, executions: Executions, clock: Clock, *, per_second: float) -> None:
        self._rows = rows
        self._executions = executions
        self._clock = clock
        self._pause = 1 / per_second
        self._turn = asyncio.Lock()

    async def page(self, question: CompareExecutions) -> ExecutionsCompared:
        """One page of either walk, or the follow-ups named; one page at a time in this process."""
        async with self._turn:
            if question.follow_up_ids is not None:
                return await self._compared(question.follow_up_ids, None)
            if question.walk == "executions":
                return await self._strays(question)
            rows = await self._rows.open_rows(question.after, question.limit)
            reached = rows[-1].follow_up_id if len(rows) == question.limit else None
            return await self._compared([row.follow_up_id for row in rows], reached)

    async def mend(self, follow_up_id: str) -> ExecutionMended:
        """Look once more, and start, replace or end the execution; never one that may know more than its row."""
        known = (await self._rows.rows([follow_up_id])).get(follow_up_id)
        standing = await self._executions.standing(follow_up_id, ask_number=True)
        if known is None:
            return ExecutionMended(mended=False, reason="follow_up_unknown")
        kind = _difference(known, standing)
        if kind in {"execution_lost", "execution_behind"}:
            return await self._start_again(known, replace=kind == "execution_behind")
        if kind is None or standing.number is None or standing.number > known.state.number:
            return ExecutionMended(mended=False, reason=_why_not(kind, standing))
        await self._executions.end(follow_up_id, _ENDED_BECAUSE)
        return ExecutionMended(mended=True)

    async def _start_again(self, known: Known, *, replace: bool) -> ExecutionMended:
        waits = status(known.state, self._clock.today()) is FollowUpStatus.WAITING
        entry_at = wakes_at(known, self._clock) if waits else None
        done = await self._executions.start_again(start_of(known), entry_at, replace=replace)
        return ExecutionMended(mended=done, reason=None if done else "engine_away")

    async def _compared(self, follow_up_ids: Sequence[str], reached: str | None) -> ExecutionsCompared:
        """Look each up, rows read anew afterwards: what was recorded meanwhile is no difference."""
        standings: dict[str, Standing] = {}
        unsure = 0
        for follow_up_id in follow_up_ids:
            # One that does not answer is likely to have no worker: the others of the page are only looked up.
            standing = await self._executions.standing(follow_up_id, ask_number=not unsure)
            unsure += standing.unsure
            standings[follow_up_id] = standing
            await asyncio.sleep(self._pause)
        rows = await self._rows.rows(follow_up_ids)
        differences = [
            found
            for follow_up_id, standing in standings.items()
            if (found := _shown(follow_up_id, rows.get(follow_up_id), standing, self._status)) is not None
        ]
        return ExecutionsCompared(
            compared=len(standings), unsure=unsure, differences=tuple(differences), reached=reached
        )

    async def _strays(self, question: CompareExecutions) -> ExecutionsCompared:
        ids, reached = await self._executions.running(question.after, question.limit)
        rows = await self._rows.rows(ids)
        suspects = [id_ for id_ in ids if id_ not in rows or rows[id_].state.closing is not None]
        found = await self._compared(suspects, reached)
        return found.model_copy(update={"compared": len(ids)})

    def _status(self, known: Known) -> str:
        return status(known.state, self._clock.today()).value


def _shown(
    follow_up_id: str, known: Known | None, standing: Standing, status_of: Callable[[Known], str]
) -> EngineDifference | None:
    kind = _difference(known, standing)
    if kind is None:
        return None
    return EngineDifference(
        kind=kind,
        follow_up_id=follow_up_id,
        campaign_id=None if known is None else known.campaign_id,
        state="UNKNOWN" if known is None else status_of(known),
        row_number=0 if known is None else known.state.number,
        execution_number=standing.number if standing.running else None,
    )


def _difference(known: Known | None, standing: Standing) -> EngineKind | None:
    if known is None or known.state.closing is not None:
        return "execution_stray" if standing.running else None
    if not known.started:
        return None
    if not standing.running:
        return None if standing.unsure else "execution_lost"
    if standing.number is None or standing.number == known.state.number:
        return None
    return "execution_behind" if standing.number < known.state.number else "execution_ahead"


def _why_not(kind: EngineKind | None, standing: Standing) -> str:
    if kind is None:
        return "no_difference"
    return "execution_silent" if standing.number is None else "facts_not_recorded"
