"""How every version is saved: row, version and event in one transaction; then the follow-up service holds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.campaign.ports import Campaign, Campaigns, Changing, Clock, Files, FollowUps, People
from services.campaign.use_cases.definitions import Saving
from shared.contracts.campaign import CampaignDefined
from shared.rulebook.access import Principal
from shared.rulebook.errors import Refused


class VersionChanged(Refused):
    """Somebody else saved in between: the version that the editor saw is not the present one any more."""

    def __init__(self, *, expected: int, present: int) -> None:
        super().__init__("version_changed", {"expected": expected, "present": present})


@dataclass(frozen=True, slots=True)
class Desk:
    """All that defining campaigns needs."""

    campaigns: Campaigns
    people: People
    follow_ups: FollowUps
    files: Files
    clock: Clock

    def saving(self, principal: Principal) -> Saving:
        """A save by this principal, now."""
        return Saving(by=principal.user_id, at=self.clock.now())


@dataclass(frozen=True, slots=True)
class Saved:
    """A version just saved, or found saved before; `held` says that the very next command follows it."""

    campaign: Campaign
    held: bool
    created: bool = False
    job_id: str | None = None
    """The job that targets the clients of a duplicate."""
    still_open: Mapping[str, int] = field(default_factory=dict)
    """Open follow-ups, within the asker's reach, of advisors whose share was taken away."""


def check_expected(campaign: Campaign, expected: int | None) -> None:
    """VersionChanged unless the campaign is in the version that the editor saw; None asks nothing."""
    present = campaign.definition.version
    if expected is not None and expected != present:
        raise VersionChanged(expected=expected, present=present)


async def locked(changing: Changing, campaign_id: str, expected: int | None) -> Campaign:
    """The campaign, locked; VersionChanged unless it still is in the version expected."""
    campaign = await changing.campaign(campaign_id)
    present = 0 if campaign is None or campaign.definition.deleted else campaign.definition.version
    if campaign is None or (expected is not None and expected != present):
        raise VersionChanged(expected=expected or 0, present=present)
    if campaign.definition.deleted:
        raise Refused("deleted")
    return campaign


async def save(changing: Changing, campaign: Campaign) -> Campaign:
    """Write the campaign's next version and its event; both leave with the transaction."""
    await changing.save(campaign)
    await changing.publish([campaign.definition])
    return campaign


async def hold(desk: Desk, definition: CampaignDefined) -> bool:
    """Whether the very next command follows this version; when not, the event still gets there."""
    return await desk.follow_ups.hold(definition)
