"""Reservations of steps whose maker fell silent: they open again, but never behind a save that was made (spec 2.4)."""

from services.followup.ports import CampaignService, Definitions

_PAGE = 50


async def open_again(definitions: Definitions, campaigns: CampaignService) -> int:
    """End the reservations whose time is over; answers how many steps or campaigns take commands again.

    A version that was saved meanwhile is held first: it may have removed the very steps. While the campaign service
    does not answer nobody knows, and they stay closed.
    """
    opened = 0
    for campaign_id in await definitions.ended_reservations(_PAGE):
        found = await campaigns.present(campaign_id)
        if found is None:
            continue
        if found.definition is not None:
            await definitions.hold(found.definition)
        opened += await definitions.release_ended(campaign_id)
    return opened
