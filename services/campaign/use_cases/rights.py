"""Who may do what to a campaign, asked of the rulebook with what the records say."""

from services.campaign.ports import Campaign, Campaigns, People
from shared.rulebook.access import AccessLevel, Action, Principal, check_owner, may
from shared.rulebook.errors import Forbidden, Invalid, NotVisible


async def visible(campaigns: Campaigns, campaign_id: str, reader: Principal) -> Campaign:
    """The campaign; NotVisible when it does not exist or does not exist for this reader."""
    campaign = await campaigns.campaign(campaign_id)
    if campaign is None:
        raise NotVisible("not_visible", {"missing": "reach"})
    await require(campaigns, campaign, reader, Action.SEE_CAMPAIGN)
    return campaign


async def permitted(campaigns: Campaigns, campaign_id: str, reader: Principal, action: Action) -> Campaign:
    """The campaign, when this reader may do that to it; NotVisible or Forbidden otherwise."""
    campaign = await visible(campaigns, campaign_id, reader)
    await require(campaigns, campaign, reader, action)
    return campaign


async def require(campaigns: Campaigns, campaign: Campaign, reader: Principal, action: Action) -> None:
    """Nothing when the reader may do that to the campaign."""
    may(reader, action, await campaigns.target(campaign, reader))


async def may_change(campaigns: Campaigns, campaign: Campaign, reader: Principal) -> bool:
    """Whether the reader may change the campaign."""
    try:
        await require(campaigns, campaign, reader, Action.CHANGE_CAMPAIGN)
    except Forbidden:
        return False
    return True


def reads_all(reader: Principal) -> bool:
    """Whether the reader sees the target and all shares of every campaign, as who may change one does (ADR 0028)."""
    return reader.crm or reader.access_level is AccessLevel.ALL


async def owner_of(people: People, chosen: str | None, default: Principal) -> str:
    """The owner's id.

    Invalid `owner_unknown`, or `owner_missing` when the CRM names none; Refused `owner_lacks_right`.
    """
    if chosen is None:
        if default.crm:
            raise Invalid("owner_missing")
        check_owner(default)
        return default.user_id
    owner = await people.principal(chosen)
    if owner is None:
        raise Invalid("owner_unknown", {"owner_id": chosen})
    check_owner(owner)
    return chosen
