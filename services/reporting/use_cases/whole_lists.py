"""The management list from its beginning to its end, some rows at a time, for files (spec 8.8)."""

from collections.abc import AsyncIterator, Collection, Sequence

from services.reporting.ports.listing import FollowUpRows, Listed, Order, Wanted
from services.reporting.ports.reading import Figures
from services.reporting.use_cases.listing import within_campaigns
from shared.rulebook.campaign import CampaignStatus

_AT_ONCE = 1_000


async def read_whole_list(
    figures: Figures,
    rows: FollowUpRows,
    wanted: Wanted,
    order: Order,
    *,
    campaign_id: str | None = None,
    statuses: Collection[CampaignStatus] = (),
    counted: bool = False,
) -> AsyncIterator[Sequence[Listed]]:
    """All rows of the list that the pages of `read_list` show, in their order; `counted` with what counts them.

    Raises NotVisible `not_visible`.
    """
    found = await within_campaigns(figures, wanted, campaign_id, statuses)
    read = rows.counted if counted else rows.whole
    async for part in read(found, order, _AT_ONCE):
        yield part
