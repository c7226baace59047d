"""What the campaign workflow needs done outside."""

from temporalio import activity

from shared.contracts.campaign import RecordMoment


class CampaignActivities:
    """Asked of the campaign service over NATS."""

    @activity.defn
    async def record_moment(self, moment: RecordMoment) -> None:
        """Note that the campaign reached this moment, and tell everybody; the same moment twice is told once."""
