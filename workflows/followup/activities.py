"""The follow-up workflow's activities: questions to the follow-up service over NATS."""

import asyncio

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from shared.contracts.followup import DirectSignals, Recorded, RecordedNumber, SignalsLogged
from shared.contracts.workflow import ConfirmRecorded
from shared.runtime.messaging import Bus
from workflows.followup.ports import FollowUpActivities

_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds; their sum stays far below the activity's timeout."""


class FollowUpActivitiesOverNats(FollowUpActivities):
    """The real ones; every failure is retried by the engine."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    @activity.defn
    async def confirm_recorded(self, asked: ConfirmRecorded) -> None:
        """See the port."""
        number = 0
        for pause in _PAUSES:
            # The answer with the last fact reached its sender a moment ago, so it is mostly recorded in a moment.
            await asyncio.sleep(pause)
            number = (await self._bus.ask(RecordedNumber(follow_up_id=asked.follow_up_id), Recorded)).number
            if number >= asked.number:
                return
        message = f"recorded up to {number} of {asked.number}"
        raise ApplicationError(message, type="NotRecordedYet", category=ApplicationErrorCategory.BENIGN)

    @activity.defn
    async def log_signals(self, batch: DirectSignals) -> None:
        """See the port."""
        await self._bus.ask(batch, SignalsLogged)
