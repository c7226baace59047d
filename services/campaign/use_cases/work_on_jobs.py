"""Jobs are worked off chunk by chunk, each in one transaction that survives or leaves no trace (ADR 0026)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.campaign.ports import Campaigns, Chunk, Clock, Job, JobKind, People, SkipReason, Working
from services.campaign.use_cases.change_clients import change, withdraw
from services.campaign.use_cases.effect import Effect, skip
from services.campaign.use_cases.jobs import on_own_clients
from services.campaign.use_cases.target_clients import enter
from shared.rulebook.access import Action, Principal, may
from shared.rulebook.errors import Forbidden

_AGAIN_AFTER = timedelta(milliseconds=500)
_ACTIONS = {
    JobKind.TARGET: Action.TARGET_CLIENT,
    JobKind.WITHDRAW: Action.WITHDRAW_CLIENT,
    JobKind.CHANGE: Action.CHANGE_TARGETED_CLIENT,
}


@dataclass(frozen=True, slots=True)
class WorkOnJobs:
    """What it takes; `patience` is how long a client to be targeted may be unknown before it is skipped."""

    campaigns: Campaigns
    people: People
    clock: Clock
    patience: timedelta

    async def work(self) -> bool:
        """Give one chunk its effect, in one transaction; False when none is due, or rights cannot be known now.

        Clients, event, counts and the chunk's end are one: whoever dies in between leaves the chunk as it was.
        """
        if not self.people.known():
            return False
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
        campaign = await working.campaign(job.campaign_id)
        asker = self._asker(job)
        try:
            may(asker, _ACTIONS[job.kind], on_own_clients(await working.target(campaign, asker), asker))
        except Forbidden:
            return Effect(accepted=0, skipped=[skip(item, SkipReason.RIGHT_MISSING) for item in chunk.items])
        chunk = replace(chunk, job=replace(job, asker=asker))
        definition = campaign.definition
        asked_on = self.clock.day_of(job.asked_at)
        match job.kind:
            case JobKind.TARGET:
                return await enter(working, chunk, definition, asked_on=asked_on, now=now, patience=self.patience)
            case JobKind.WITHDRAW:
                return await withdraw(working, chunk, definition)
            case JobKind.CHANGE:
                return await change(working, chunk, definition, asked_on=asked_on)

    def _asker(self, job: Job) -> Principal:
        """Who asked, by the rights of this moment; somebody who left has none (ADR 0068)."""
        if job.asker.crm:
            return job.asker
        return self.people.present(job.asker.user_id) or Principal(job.asker.user_id, "", ())
