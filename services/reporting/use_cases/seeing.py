"""What a reader may ask about: campaigns, a unit, an advisor, a client; nothing else exists for them (spec 1.3)."""

import asyncio
from collections.abc import Sequence

from services.reporting.ports.reading import CampaignSeen, Figures, Readings, Scope
from shared.rulebook.access import Principal, Target, sees_campaign
from shared.rulebook.errors import NotVisible

_LOOKS = 50
_PAUSE = 0.02


async def visible_campaigns(figures: Figures, scope: Scope, campaign_id: str | None = None) -> Sequence[CampaignSeen]:
    """The campaigns that the reader sees, in order of creation, or the one asked for.

    Raises NotVisible `not_visible` for a campaign, unit, advisor or client outside what the reader sees.
    """
    if (scope.unit_id or scope.advisor_id or scope.client_id) and not await figures.covers_something(scope):
        raise NotVisible("not_visible")
    seen = [campaign for campaign in await figures.campaigns(scope.reader, campaign_id) if sees(scope.reader, campaign)]
    if campaign_id is not None and not seen:
        raise NotVisible("not_visible")
    return seen


async def wait_for_fact(readings: Readings, reader: Principal, follow_up_id: str, number: int) -> bool:
    """Whether the fact is counted, waiting for it up to a second: who wrote it reads it.

    One beyond the reader's reach is waited for as one that does not exist: whether it does is not told.
    """
    for _ in range(_LOOKS):
        if await readings.has_fact(reader, follow_up_id, number):
            return True
        await asyncio.sleep(_PAUSE)
    return False


def sees(reader: Principal, campaign: CampaignSeen) -> bool:
    """Whether the campaign exists for this reader."""
    return sees_campaign(
        reader,
        Target(
            creator_id=campaign.creator_id,
            owner_id=campaign.owner_id,
            owner_unit_path=campaign.owner_unit_path,
            covered=campaign.covered,
        ),
    )
