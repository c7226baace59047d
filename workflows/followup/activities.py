"""The follow-up workflow's activities: questions to the follow-up service over NATS."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from shared.contracts.followup import DirectSignals, Recorded, RecordedNumber, SignalsLogged
from shared.contracts.workflow import ConfirmRecorded
from shared.runtime.messaging import Bus
from workflows.followup.ports import FollowUpActivities


class FollowUpActivitiesOverNats(FollowUpActivities):
    """The real ones; every failure is retried by the engine."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    @activity.defn
    async def confirm_recorded(self, asked: ConfirmRecorded) -> None:
        """See the port."""
        recorded = await self._bus.ask(RecordedNumber(follow_up_id=asked.follow_up_id), Recorded)
        if recorded.number < asked.number:
            message = f"recorded up to {recorded.number} of {asked.number}"
            raise ApplicationError(message, type="NotRecordedYet")

    @activity.defn
    async def log_signals(self, batch: DirectSignals) -> None:
        """See the port."""
        await self._bus.ask(batch, SignalsLogged)
