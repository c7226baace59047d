"""The management list: every follow-up within reach, filtered, sorted and paged (docs/domain.md, Lists; spec 8.7)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from services.reporting.ports.listing import FollowUpRows, Listed, Order, Place, Wanted
from services.reporting.ports.reading import Figures
from services.reporting.use_cases.figures import asked_for
from shared.rulebook.campaign import CampaignStatus
from shared.rulebook.counting import ClientResult
from shared.rulebook.follow_up import FollowUpStatus
from shared.rulebook.texts import folded

COUNTED = 10_000
"""A list is counted no further: beyond it a number helps nobody and costs as much as the list is long."""
MOST_CONCLUDED = 100_000
"""As many follow-ups as one job takes."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """Rows, where they end, how many there are in all (up to `COUNTED`), and the selection for concluding them.

    Of a past day there is nothing to conclude.
    """

    rows: Sequence[Listed]
    next: Place | None
    total: int
    more_than_total: bool
    selection: dict[str, str] | None


async def read_list(  # noqa: PLR0917  what is asked and what reads it
    figures: Figures,
    rows: FollowUpRows,
    wanted: Wanted,
    order: Order,
    after: Place | None,
    limit: int,
    *,
    campaign_id: str | None = None,
    statuses: Collection[CampaignStatus] = (),
    past: bool = False,
) -> ListPage:
    """One page. Raises NotVisible `not_visible`."""
    found = await within_campaigns(figures, wanted, campaign_id, statuses)
    page, following = await rows.page(found, order, after, limit)
    total = await rows.count(found, COUNTED + 1)
    selection = None if past else job_filter(wanted, campaign_id, narrowed=bool(statuses))
    return ListPage(page, following, min(total, COUNTED), total > COUNTED, selection)


async def read_concludable(
    figures: Figures,
    rows: FollowUpRows,
    wanted: Wanted,
    *,
    campaign_id: str | None = None,
    statuses: Collection[CampaignStatus] = (),
) -> tuple[Sequence[str], bool]:
    """Ids of the OPEN ones that the reader may conclude, as many as a job takes; whether there are more."""
    found = await within_campaigns(figures, wanted, campaign_id, statuses)
    ids = await rows.concludable(found, MOST_CONCLUDED + 1)
    return ids[:MOST_CONCLUDED], len(ids) > MOST_CONCLUDED


def job_filter(wanted: Wanted, campaign_id: str | None, *, narrowed: bool) -> dict[str, str] | None:
    """The same OPEN follow-ups as the follow-up service's jobs name them; None where only ids can.

    The advisor of record is the present one while a follow-up is OPEN (spec 5.11), which is how jobs know it.
    """
    advisors = {wanted.scope.advisor_id, wanted.present_advisor_id} - {None}
    beyond = (wanted.conclusions, wanted.text, wanted.overdue, wanted.scope.client_id)
    amounts = (wanted.potential_from, wanted.potential_to, wanted.collected_from, wanted.collected_to)
    if narrowed or len(advisors) > 1 or any(one not in (None, ()) for one in (*beyond, *amounts)):
        return None
    if (wanted.states and FollowUpStatus.OPEN not in wanted.states) or (
        wanted.results and ClientResult.IN_PROGRESS not in wanted.results
    ):
        return None
    named = {
        "campaign_id": campaign_id,
        "advisor_id": next(iter(advisors), None),
        "unit_id": wanted.scope.unit_id,
        "state": FollowUpStatus.OPEN.value,
        "position": wanted.step,
        "entry_from": None if wanted.entry_from is None else wanted.entry_from.isoformat(),
        "entry_to": None if wanted.entry_to is None else wanted.entry_to.isoformat(),
    }
    return {name: value for name, value in named.items() if value is not None}


async def within_campaigns(
    figures: Figures, wanted: Wanted, campaign_id: str | None, statuses: Collection[CampaignStatus]
) -> Wanted:
    """The same within the campaigns that the reader sees, by name. Raises NotVisible `not_visible`."""
    campaigns = await asked_for(figures, wanted.scope, wanted.today, campaign_id=campaign_id, statuses=statuses)
    named = sorted(campaigns, key=lambda campaign: (folded(campaign.name), campaign.campaign_id))
    return replace(wanted, campaign_ids=[campaign.campaign_id for campaign in named])
