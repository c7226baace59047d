"""What the service does by itself: send again, refuse what waited too long, start executions, tell dates."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from services.followup.ports import CommandLog, Definitions, Engine, Known, Targeting
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.flow import Flow
from services.followup.use_cases.send import start_of
from shared.contracts.campaign import CampaignDefined
from shared.contracts.workflow import CampaignDates
from shared.rulebook.follow_up import FollowUpStatus
from shared.rulebook.standing import status
from shared.runtime.clock import Clock

_PAGE = 500
_MARKED_AT_ONCE = 50
_NIGHT = timedelta(hours=5)
"""Executions wake during this time before the entry date, so that they do not all wake at midnight."""


class Upkeep:
    """Each method does one round and answers how much it found to do."""

    def __init__(
        self,
        *,
        log: CommandLog,
        desk: CommandDesk,
        definitions: Definitions,
        targeting: Targeting,
        engine: Engine,
        clock: Clock,
        flow: Flow,
    ) -> None:
        self._log = log
        self._desk = desk
        self._definitions = definitions
        self._targeting = targeting
        self._engine = engine
        self._clock = clock
        self._flow = flow
        self._turn = asyncio.Lock()

    async def send_again(self) -> int:
        """Take up commands whose sender is gone or never got to them, and refuse parked ones whose time is over."""
        expired = await self._log.expire_parked()
        leased = await self._log.claim_due(room) if (room := min(_PAGE, self._desk.room)) else ()
        for one in leased:
            self._desk.drive(one)
        return len(leased) + len(expired)

    async def start_executions(self) -> int:
        """Start the executions of follow-ups that never had one; a start that fails is tried in the next round."""
        pages, started = self._waiting_for_a_start(), _Started(self._targeting)
        await asyncio.gather(*(self._start_from(pages, started) for _ in range(self._flow.allowed)))
        await started.mark()
        return started.count

    async def tell_dates(self) -> int:
        """Tell the campaigns' executions the dates of definitions they do not know yet."""
        definitions: Sequence[CampaignDefined] = await self._definitions.definitions_to_tell(_PAGE)
        for definition in definitions:
            await self._engine.set_campaign_dates(self._dates(definition))
            await self._definitions.mark_told(definition.campaign_id, definition.version)
        return len(definitions)

    async def _waiting_for_a_start(self) -> AsyncIterator[Known]:
        """Page after page in the order of ids, so that those on their way are not met again."""
        after: str | None = None
        while page := await self._targeting.not_started(_PAGE, after=after):
            for known in page:
                yield known
            after = page[-1].follow_up_id

    async def _start_from(self, pages: AsyncIterator[Known], started: "_Started") -> None:
        """Start one after another; many of these run at once, and never wait for each other's slowest."""
        while (known := await self._next(pages)) is not None:
            waits = status(known.state, self._clock.today()) is FollowUpStatus.WAITING
            async with self._flow.turn():
                runs = await self._engine.start(start_of(known), wakes_at(known, self._clock) if waits else None)
            if runs:
                await started.add(known)

    async def _next(self, pages: AsyncIterator[Known]) -> Known | None:
        async with self._turn:
            return await anext(pages, None)

    def _dates(self, definition: CampaignDefined) -> CampaignDates:
        midnight = self._clock.midnight
        notice = definition.notice_date
        return CampaignDates(
            campaign_id=definition.campaign_id,
            version=definition.version,
            notice_at=None if notice is None else midnight(notice),
            notice_on=notice,
            start_at=midnight(definition.start_date),
            start_on=definition.start_date,
            end_at=midnight(definition.end_date + timedelta(days=1)),
            end_on=definition.end_date,
            deleted=definition.deleted,
        )


def wakes_at(known: Known, clock: Clock) -> datetime:
    """When the execution of a follow-up that waits is to wake: at its own time in the night before the entry date."""
    share = int(known.follow_up_id.replace("-", "")[-8:], 16) / 0xFFFFFFFF
    return clock.midnight(known.state.entry_date) - _NIGHT * share


class _Started:
    """Follow-ups whose executions run, marked many at a time; one that is not marked is started once more, in vain."""

    def __init__(self, targeting: Targeting) -> None:
        self.count = 0
        self._targeting = targeting
        self._unmarked: list[Known] = []

    async def add(self, known: Known) -> None:
        """Mark it, at once or soon."""
        self.count += 1
        self._unmarked.append(known)
        if len(self._unmarked) >= _MARKED_AT_ONCE:
            await self.mark()

    async def mark(self) -> None:
        """Mark what was added."""
        marked, self._unmarked = self._unmarked, []
        if marked:
            await self._targeting.mark_started(marked)
