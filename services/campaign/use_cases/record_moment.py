"""The campaign's workflow reached one of its dates: told to everybody, once per kind (spec 7.1)."""

from services.campaign.ports import Campaigns, Clock
from shared.contracts.campaign import CampaignMoment, MomentRecorded, RecordMoment


async def record_moment(campaigns: Campaigns, clock: Clock, asked: RecordMoment) -> MomentRecorded:
    """Whether it is the first time; only then an event leaves."""
    async with campaigns.changing() as changing:
        first = await changing.first_time(asked.campaign_id, asked.kind, asked.on, clock.now())
        if first:
            await changing.publish([CampaignMoment(campaign_id=asked.campaign_id, kind=asked.kind, on=asked.on)])
    return MomentRecorded(first=first)
