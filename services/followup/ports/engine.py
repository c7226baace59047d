"""The engine, as the follow-up service needs it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shared.contracts.workflow import CampaignDates, FollowUpCommand, FollowUpStart, NumberedFact


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """`facts` of an applied command, or `failure`: a failure type of the contracts, NOT_FOUND, or UNCLEAR."""

    facts: tuple[NumberedFact, ...] = ()
    failure: str | None = None
    data: dict[str, Any] | None = None


NOT_FOUND = "engine.not_found"
UNCLEAR = "engine.unclear"


class Engine(Protocol):
    """The follow-up's executions."""

    async def update(self, follow_up_id: str, update_id: str, message: FollowUpCommand) -> EngineAnswer:
        """Send to a running execution; NOT_FOUND when none runs."""

    async def update_with_start(self, start: FollowUpStart, update_id: str, message: FollowUpCommand) -> EngineAnswer:
        """Send, starting the execution from `start` when none runs."""

    async def start(self, start: FollowUpStart, entry_at: datetime | None) -> bool:
        """Start the execution unless it was started; it sleeps until `entry_at`. False when the engine did not."""

    async def set_campaign_dates(self, dates: CampaignDates) -> None:
        """Start the campaign's execution or move its dates."""
