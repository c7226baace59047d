"""Jobs are worked off chunk by chunk, each in one transaction that survives or leaves no trace (ADR 0026)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.campaign.ports import Campaigns, Chunk, Clock, JobKind, SkipReason, Working
from services.campaign.use_cases.change_clients import change, withdraw
from services.campaign.use_cases.effect import Effect, skip
from services.campaign.use_cases.target_clients import enter

_AGAIN_AFTER = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True)
class WorkOnJobs:
    """What it takes; `patience` is how long a client to be targeted may be unknown before it is skipped."""

    campaigns: Campaigns
    clock: Clock
    patience: timedelta

    async def work(self) -> bool:
        """Give one chunk its effect, in one transaction; False when none is due.

        Clients, event, counts and the chunk's end are one: whoever dies in between leaves the chunk as it was.
        """
        now = self.clock.now()
        async with self.campaigns.working() as working:
            chunk = await working.chunk(now)
            if chunk is None:
                return False
            effect = await self._effect(working, chunk, now)
            if effect.events:
                await working.publish(effect.events)
            await working.finish(
                chunk,
                accepted=effect.accepted,
                skipped=effect.skipped,
                left=effect.left,
                again_at=now + _AGAIN_AFTER,
            )
        return True

    async def _effect(self, working: Working, chunk: Chunk, now: datetime) -> Effect:
        job = chunk.job
        if job.cancelled_at is not None:
            return Effect(accepted=0, skipped=[skip(item, SkipReason.CANCELLED) for item in chunk.items])
        definition = (await working.campaign(job.campaign_id)).definition
        asked_on = self.clock.day_of(job.asked_at)
        match job.kind:
            case JobKind.TARGET:
                return await enter(working, chunk, definition, asked_on=asked_on, now=now, patience=self.patience)
            case JobKind.WITHDRAW:
                return await withdraw(working, chunk, definition)
            case JobKind.CHANGE:
                return await change(working, chunk, definition, asked_on=asked_on)
