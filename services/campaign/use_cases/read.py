"""What a reader may see of campaigns: the list, one of them, its versions, its clients (spec 1.3, 2.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.campaign.ports import Campaign, Listed, TargetedRow, TargetedWanted, Wanted
from services.campaign.use_cases.rights import may_change, reads_all, visible
from services.campaign.use_cases.saving import Desk
from shared.contracts.campaign import Share
from shared.rulebook.access import Action, Principal, may
from shared.rulebook.allocation import Share as EnteredShare
from shared.rulebook.allocation import allocate
from shared.rulebook.campaign import CampaignStatus, campaign_status


@dataclass(frozen=True, slots=True)
class SeenShare:
    """A share as entered and in euros."""

    entered: EnteredShare
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Seen:
    """A campaign as one reader may see it: `whole` is false where the target's totals are withheld."""

    campaign: Campaign
    status: CampaignStatus
    shares: tuple[SeenShare, ...]
    unallocated: Decimal | None
    whole: bool
    may_change: bool
    names: Mapping[str, str]


async def show(desk: Desk, reader: Principal, campaign_id: str) -> Seen:
    """The campaign; shares within the reader's reach, all of them and the target for who may change it or reads all."""
    return await seen(desk, reader, await visible(desk.campaigns, campaign_id, reader))


async def seen(desk: Desk, reader: Principal, campaign: Campaign) -> Seen:
    """The campaign as this reader may see it."""
    definition = campaign.definition
    changes = await may_change(desk.campaigns, campaign, reader)
    whole = changes or reads_all(reader)
    shares = tuple(map(_seen_share, campaign.rows, definition.shares))
    if not whole:
        within = await desk.campaigns.within([share.entered.advisor_id for share in shares], reader)
        shares = tuple(share for share in shares if share.entered.advisor_id in within)
    people = {definition.owner_id, *(share.entered.advisor_id for share in shares)}
    return Seen(
        campaign=campaign,
        status=status_of(desk, campaign),
        shares=shares,
        unallocated=allocate(definition.target, campaign.rows).unallocated if whole else None,
        whole=whole,
        may_change=changes,
        names=await desk.campaigns.names(people),
    )


def status_of(desk: Desk, campaign: Campaign) -> CampaignStatus:
    """The campaign's status today."""
    definition = campaign.definition
    return campaign_status(definition.start_date, definition.end_date, definition.archived, desk.clock.today())


async def targeted(desk: Desk, reader: Principal, campaign_id: str, wanted: TargetedWanted) -> Sequence[TargetedRow]:
    """The targeted clients within the reader's reach, in the order asked for."""
    await visible(desk.campaigns, campaign_id, reader)
    return await desk.campaigns.targeted(campaign_id, reader, wanted)


async def page(desk: Desk, reader: Principal, wanted: Wanted) -> Sequence[Listed]:
    """The campaigns that the reader may see, in the order asked for."""
    return await desk.campaigns.page(reader, wanted)


async def set_order(desk: Desk, reader: Principal, campaign_ids: Sequence[str]) -> None:
    """Keep the reader's own order of the list; an id given twice counts where it comes first."""
    may(reader, Action.REORDER_CAMPAIGNS)
    async with desk.campaigns.changing() as changing:
        await changing.set_order(reader.user_id, list(dict.fromkeys(campaign_ids)))


async def move(desk: Desk, reader: Principal, campaign_id: str, *, before: str | None) -> None:
    """Put one campaign before another in the reader's own order, behind all for None; the others keep theirs."""
    may(reader, Action.REORDER_CAMPAIGNS)
    for one in {campaign_id, before or campaign_id}:
        await visible(desk.campaigns, one, reader)
    async with desk.campaigns.changing() as changing:
        order = [one for one in await changing.own_order(reader) if one != campaign_id]
        at = order.index(before) if before in order else len(order)
        if before != campaign_id:
            await changing.set_order(reader.user_id, [*order[:at], campaign_id, *order[at:]])


def _seen_share(entered: EnteredShare, share: Share) -> SeenShare:
    return SeenShare(entered, share.amount)
