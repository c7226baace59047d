"""Archive a campaign, bring it back, delete it (spec 2.7)."""

from dataclasses import replace

from services.campaign.ports import Campaign
from services.campaign.use_cases.change import reserved
from services.campaign.use_cases.definitions import next_version
from services.campaign.use_cases.rights import permitted
from services.campaign.use_cases.saving import Desk, Saved, check_expected, hold, locked, save
from shared.rulebook.access import Action, Principal
from shared.rulebook.campaign import CampaignStatus, campaign_status, check_archive, check_delete, check_unarchive


async def archive(desk: Desk, asker: Principal, campaign_id: str, *, expected: int | None) -> Saved:
    """The ENDED campaign, archived: *archived* is a version, and its open follow-ups are closed by it."""
    seen = await permitted(desk.campaigns, campaign_id, asker, Action.ARCHIVE_CAMPAIGN)
    # Both before anything is reserved too: nobody's entries are held up for what will not be done.
    check_expected(seen, expected)
    check_archive(_status(desk, seen))
    async with reserved(desk, campaign_id, None) as reservation, desk.campaigns.changing() as changing:
        campaign = await locked(changing, campaign_id, expected)
        reservation.check(desk.clock.now())
        check_archive(_status(desk, campaign))
        definition = next_version(campaign.definition, desk.saving(asker), archived=True)
        saved = await save(changing, replace(campaign, definition=definition))
    return Saved(saved, held=await hold(desk, saved.definition))


async def unarchive(desk: Desk, asker: Principal, campaign_id: str, *, expected: int | None) -> Saved:
    """The ARCHIVED campaign, ENDED again."""
    await permitted(desk.campaigns, campaign_id, asker, Action.ARCHIVE_CAMPAIGN)
    async with desk.campaigns.changing() as changing:
        campaign = await locked(changing, campaign_id, expected)
        check_unarchive(_status(desk, campaign))
        definition = next_version(campaign.definition, desk.saving(asker), archived=False)
        saved = await save(changing, replace(campaign, definition=definition))
    return Saved(saved, held=await hold(desk, saved.definition))


async def delete(desk: Desk, asker: Principal, campaign_id: str, *, expected: int | None) -> None:
    """Nothing is left to be seen; Refused `something_recorded` once anything was recorded for any client."""
    check_expected(await permitted(desk.campaigns, campaign_id, asker, Action.DELETE_CAMPAIGN), expected)
    async with reserved(desk, campaign_id, None) as reservation, desk.campaigns.changing() as changing:
        campaign = await locked(changing, campaign_id, expected)
        reservation.check(desk.clock.now())
        check_delete(reservation.done.anything_recorded)
        definition = next_version(campaign.definition, desk.saving(asker), deleted=True)
        await changing.release_documents(campaign_id)
        saved = await save(changing, replace(campaign, definition=definition))
    await hold(desk, saved.definition)


def _status(desk: Desk, campaign: Campaign) -> CampaignStatus:
    definition = campaign.definition
    return campaign_status(definition.start_date, definition.end_date, definition.archived, desk.clock.today())
