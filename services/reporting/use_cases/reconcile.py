"""Figures against facts, facts against their owner, rows against the engine: compared piece by piece (ADR 0081).

A run is a row. Each piece is bounded and done by whichever replica claims it, so that a killed process loses nothing
and two never compare at once. What differs at the first look is looked at again some seconds later, and mended.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from services.reporting.ports.counting import Checks, Ledgers
from services.reporting.ports.reconciling import (
    FACTS_UNKNOWN,
    FollowUpOwner,
    Found,
    HeldFollowUps,
    Outcome,
    OwnerAway,
    Part,
    Reconciliation,
    Reconciliations,
)
from services.reporting.use_cases.compare_facts import still_differs, suspects
from services.reporting.use_cases.replay import replay
from shared.contracts.reconciling import CompareExecutions, EngineDifference, FollowUpDigests
from shared.runtime.clock import Clock

BY_SCHEDULE = "schedule"
_PAGE = 500
_EXECUTIONS_PAGE = 50
_AT_ONCE = 20
_LEASE = timedelta(seconds=60)
_AGAIN = timedelta(seconds=30)
_MADE_UP_FOR = timedelta(hours=1)
_ENGINE = "execution_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciler:
    """Does one piece at a time; `settle` is how long what differs is given to arrive."""

    runs: Reconciliations
    held: HeldFollowUps
    owner: FollowUpOwner
    checks: Checks
    ledgers: Ledgers
    now: Callable[[], datetime]
    settle: timedelta

    async def step(self) -> bool:
        """Do the next piece of the run under way; False when there is nothing to do at present."""
        run = await self.runs.claim(self.now(), self.now() + _LEASE)
        if run is None:
            return False
        try:
            await self._piece(run)
        except OwnerAway:
            await self.runs.advance(run, replace(run, problem="follow_up_service_away", resume_at=self.now() + _AGAIN))
            return False
        return True

    async def _piece(self, run: Reconciliation) -> None:
        going_on = replace(run, problem=None, resume_at=None)
        if run.part is Part.FACTS:
            await self._facts(run, going_on)
        elif run.part in {Part.ROWS, Part.EXECUTIONS}:
            await self._engine(run, going_on)
        elif run.part is Part.CONFIRMING:
            await self._confirm(run, going_on)
        else:
            await self._counters(run, going_on)

    async def _facts(self, run: Reconciliation, going_on: Reconciliation) -> None:
        owned = await self.owner.digests(FollowUpDigests(after=run.reached, limit=_PAGE))
        upto = None if owned.complete else owned.follow_ups[-1].follow_up_id
        held = await self.held.between(run.reached, upto, _PAGE)
        if len(held) == _PAGE and held[-1].follow_up_id != upto:
            upto = held[-1].follow_up_id  # many here that the owner does not know: both pages end where this one does
        compared = [one for one in owned.follow_ups if upto is None or one.follow_up_id <= upto]
        after = replace(going_on, reached=upto, follow_ups=run.follow_ups + len(compared))
        if upto is None:
            after = replace(after, part=Part.ROWS)
        await self.runs.advance(run, after, list(suspects(compared, held)))

    async def _engine(self, run: Reconciliation, going_on: Reconciliation) -> None:
        page = await self.owner.compare(
            CompareExecutions(
                walk="rows" if run.part is Part.ROWS else "executions", after=run.reached, limit=_EXECUTIONS_PAGE
            )
        )
        after = replace(
            going_on,
            reached=page.reached,
            executions=run.executions + page.compared,
            unsure=run.unsure + page.unsure,
        )
        if page.reached is None and run.part is Part.ROWS:
            after = replace(after, part=Part.EXECUTIONS)
        elif page.reached is None:
            after = replace(after, part=Part.CONFIRMING, resume_at=self.now() + self.settle)
        await self.runs.advance(run, after, [_found(difference) for difference in page.differences])

    async def _confirm(self, run: Reconciliation, going_on: Reconciliation) -> None:
        again = await self.runs.suspected(run.number, _AT_ONCE)
        for found in await self._settled(again):
            await self.runs.settle(found, Outcome.FOUND)
            reason = await self._mend(found)
            await self.runs.settle(found, Outcome.OPEN if reason else Outcome.REPAIRED, reason)
        await self.runs.advance(run, going_on if again else replace(going_on, part=Part.COUNTERS))

    async def _settled(self, again: Sequence[Found]) -> list[Found]:
        """Those that still differ; of the others, one that was mended just before a restart is so noted, or dropped."""
        differing = [found for found in again if await self._differs(found)]
        for found in again:
            if found not in differing:
                await self.runs.settle(found, Outcome.REPAIRED if found.outcome is Outcome.FOUND else None)
        return differing

    async def _differs(self, found: Found) -> bool:
        if found.kind.startswith(_ENGINE):
            page = await self.owner.compare(CompareExecutions(follow_up_ids=(found.follow_up_id,)))
            return any(difference.kind == found.kind for difference in page.differences)
        owned = await self.owner.digests(FollowUpDigests(follow_up_ids=(found.follow_up_id,)))
        held = await self.held.named({found.follow_up_id: int(found.details.get("owner") or 0)})
        return still_differs(found, next(iter(owned.follow_ups), None), held.get(found.follow_up_id))

    async def _mend(self, found: Found) -> str | None:
        """Repair it by replay; the reason why it could not be, None when it was."""
        if found.kind.startswith(_ENGINE):
            mended = await self.owner.mend(found.follow_up_id)
            return None if mended.mended else mended.reason or "not_mended"
        if found.kind == FACTS_UNKNOWN:
            return "unknown_to_the_owner"
        facts = await self.owner.facts_of(found.follow_up_id)
        if not facts or not await replay(self.ledgers, facts):
            return "facts_came_meanwhile"
        return "differs_after_replay" if await self._differs(found) else None

    async def _counters(self, run: Reconciliation, going_on: Reconciliation) -> None:
        """Ask for the recomputation of all counters, then wait for it: the loop of regrouping does it."""
        if run.counters_at is None:
            asked_at = self.now()
            await self.checks.ask(run.asked_by, asked_at)
            await self.runs.advance(run, replace(going_on, counters_at=asked_at))
            return
        differing = await self.runs.counters(run.counters_at)
        if differing is None:
            await self.runs.advance(run, replace(going_on, resume_at=self.now() + timedelta(seconds=0.5)))
        else:
            await self.runs.end(run, differing, self.now())


async def ask_by_schedule(runs: Reconciliations, clock: Clock, at: time | None) -> int | None:
    """Begin the run of this day once its time has come; one that was missed is made up for within an hour."""
    if at is None:
        return None
    today, now = clock.today(), clock.now()
    due = clock.instant(today, at)
    if not due <= now < due + _MADE_UP_FOR:
        return None
    return await runs.ask(BY_SCHEDULE, now, scheduled_on=today)


def _found(difference: EngineDifference) -> Found:
    return Found(
        kind=difference.kind,
        follow_up_id=difference.follow_up_id,
        campaign_id=difference.campaign_id,
        details={
            "state": difference.state,
            "row": difference.row_number,
            "execution": difference.execution_number,
        },
    )
