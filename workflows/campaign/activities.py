"""The campaign workflow's activity: a question to the campaign service over NATS."""

from temporalio import activity

from shared.contracts.campaign import MomentRecorded, RecordMoment
from shared.runtime.messaging import Bus
from workflows.campaign.ports import CampaignActivities


class CampaignActivitiesOverNats(CampaignActivities):
    """The real one; every failure is retried by the engine."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    @activity.defn
    async def record_moment(self, moment: RecordMoment) -> None:
        """See the port."""
        await self._bus.ask(moment, MomentRecorded)
