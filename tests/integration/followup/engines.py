"""Engines that freeze a sender at a chosen moment, lose an answer, or count what is sent: the real one behind."""

import asyncio
from datetime import datetime

from services.followup.ports import UNCLEAR, Engine, EngineAnswer
from shared.contracts.workflow import CampaignDates, FollowUpCommand, FollowUpStart


class WatchedEngine:
    """Keeps what was sent and what was answered; subclasses put something before or after."""

    def __init__(self, real: Engine) -> None:
        self.real = real
        self.sent: list[FollowUpCommand] = []
        self.answers: list[EngineAnswer] = []

    async def update(self, follow_up_id: str, update_id: str, message: FollowUpCommand) -> EngineAnswer:
        await self.before()
        self.sent.append(message)
        return await self._keep(await self.real.update(follow_up_id, update_id, message))

    async def update_with_start(self, start: FollowUpStart, update_id: str, message: FollowUpCommand) -> EngineAnswer:
        await self.before()
        self.sent.append(message)
        return await self._keep(await self.real.update_with_start(start, update_id, message))

    async def start(self, start: FollowUpStart, entry_at: datetime | None) -> bool:
        return await self.real.start(start, entry_at)

    async def set_campaign_dates(self, dates: CampaignDates) -> None:
        await self.real.set_campaign_dates(dates)

    async def before(self) -> None:
        """What happens before a send."""

    async def after(self, answer: EngineAnswer) -> EngineAnswer:
        """What becomes of the answer."""
        return answer

    async def _keep(self, answer: EngineAnswer) -> EngineAnswer:
        self.answers.append(answer)
        return await self.after(answer)


class FreezingEngine(WatchedEngine):
    """Stops its process before a send, or with the answer in hand, until it is thawed."""

    def __init__(self, real: Engine, *, before: bool = False, after: bool = False) -> None:
        super().__init__(real)
        self._before, self._after = before, after
        self.frozen = asyncio.Event()
        self._thawed = asyncio.Event()

    def thaw(self) -> None:
        """Let it go on where it stood."""
        self._thawed.set()

    async def before(self) -> None:
        if self._before:
            await self._stand()

    async def after(self, answer: EngineAnswer) -> EngineAnswer:
        if self._after:
            await self._stand()
        return answer

    async def _stand(self) -> None:
        self.frozen.set()
        await self._thawed.wait()


class AnswerLosingEngine(WatchedEngine):
    """Loses the first answers: the engine did what was asked, but nobody can be sure."""

    def __init__(self, real: Engine, *, losing: int = 1) -> None:
        super().__init__(real)
        self._losing = losing

    async def after(self, answer: EngineAnswer) -> EngineAnswer:
        self._losing -= 1
        return EngineAnswer(failure=UNCLEAR, data={"reason": "timeout"}) if self._losing >= 0 else answer
