"""The versions of a campaign: one, all, two side by side, and how its target was shared out over time (spec 2.4, 2.5).

For who may change the campaign, since they hold all of target and shares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.campaign.ports import Campaign
from services.campaign.use_cases.rights import permitted
from services.campaign.use_cases.saving import Desk
from shared.contracts.campaign import StepDefinition
from shared.rulebook.access import Action, Principal
from shared.rulebook.allocation import allocate
from shared.rulebook.errors import NotVisible
from shared.rulebook.rates import Rate
from shared.rulebook.version_compare import Difference, Fields, difference
from shared.runtime.security import CRM

_FIELDS = {
    "name", "note", "owner_id", "target", "start_date", "end_date", "sales_step", "notice_date", "archived",
}  # fmt: skip
_BESIDE_STEPS = {"id", "exemptions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareThen:
    """An advisor's share in a version: in euros, in per cent as entered if so, and in per cent of the target."""

    amount: Decimal
    percent_entered: Decimal | None
    percent: str | None


@dataclass(frozen=True, slots=True)
class ShareChange:
    """A share before and after; None where there was, or is, none."""

    advisor_id: str
    before: ShareThen | None
    after: ShareThen | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions, and what is different in the second."""

    before: Campaign
    after: Campaign
    difference: Difference
    shares: Sequence[ShareChange]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AllocationChange:
    """A version that changed the target or its shares; `before` is None in the first version."""

    before: Campaign | None
    after: Campaign
    shares: Sequence[ShareChange]


async def versions(
    desk: Desk, reader: Principal, campaign_id: str, *, before: int | None, limit: int
) -> Sequence[Campaign]:
    """The versions, the newest first."""
    await permitted(desk.campaigns, campaign_id, reader, Action.CHANGE_CAMPAIGN)
    return await desk.campaigns.versions(campaign_id, before=before, limit=limit)


async def version(desk: Desk, reader: Principal, campaign_id: str, number: int) -> Campaign:
    """One version; NotVisible where the campaign has none of that number."""
    await permitted(desk.campaigns, campaign_id, reader, Action.CHANGE_CAMPAIGN)
    return await _version(desk, campaign_id, number)


async def compare(desk: Desk, reader: Principal, campaign_id: str, first: int, second: int) -> Compared:
    """What changed from one version to the other."""
    await permitted(desk.campaigns, campaign_id, reader, Action.CHANGE_CAMPAIGN)
    old, new = await _version(desk, campaign_id, first), await _version(desk, campaign_id, second)
    shares = _share_changes(old, new)
    return Compared(
        old,
        new,
        difference(_fields(old), _fields(new), _steps(old), _steps(new)),
        shares,
        await desk.campaigns.names(_people([old, new], shares)),
    )


async def allocation_history(
    desk: Desk, reader: Principal, campaign_id: str, *, before: int | None, limit: int
) -> tuple[Sequence[AllocationChange], Mapping[str, str]]:
    """The versions that changed the target or its shares, the newest first, and the names of the people in them."""
    await permitted(desk.campaigns, campaign_id, reader, Action.CHANGE_CAMPAIGN)
    pairs = await desk.campaigns.allocation_changes(campaign_id, before=before, limit=limit)
    changes = [AllocationChange(old, new, _share_changes(old, new)) for old, new in pairs]
    people = {one for change in changes for one in _people([change.after], change.shares)}
    return changes, await desk.campaigns.names(people)


def unallocated(campaign: Campaign) -> Decimal | None:
    """What nobody had of the target in that version; None without a target."""
    target = campaign.definition.target
    return None if target is None else allocate(target, campaign.rows).unallocated


async def _version(desk: Desk, campaign_id: str, number: int) -> Campaign:
    found = await desk.campaigns.versions(campaign_id, before=number + 1, limit=1)
    if not found or found[0].definition.version != number:
        raise NotVisible("not_visible", {"missing": "reach"})
    return found[0]


def _fields(campaign: Campaign) -> Fields:
    return campaign.definition.model_dump(mode="json", include=_FIELDS)


def _steps(campaign: Campaign) -> dict[str, Fields]:
    return {step.id: _step_fields(step) for step in campaign.definition.steps}


def _step_fields(step: StepDefinition) -> dict[str, Any]:
    return {
        **step.model_dump(mode="json", exclude=_BESIDE_STEPS),
        "not_due_from_those_past_in": [exemption.version for exemption in step.exemptions],
    }


def _share_changes(old: Campaign | None, new: Campaign) -> list[ShareChange]:
    then, now = ({} if old is None else _shares(old)), _shares(new)
    both = dict.fromkeys([*now, *then])
    return [ShareChange(one, then.get(one), now.get(one)) for one in both if then.get(one) != now.get(one)]


def _shares(campaign: Campaign) -> dict[str, ShareThen]:
    target = campaign.definition.target or Decimal(0)
    return {
        row.advisor_id: ShareThen(
            amount=share.amount, percent_entered=row.percent, percent=Rate(share.amount, target).percent
        )
        for row, share in zip(campaign.rows, campaign.definition.shares, strict=True)
    }


def _people(campaigns: Sequence[Campaign], shares: Sequence[ShareChange]) -> set[str]:
    savers = {one.definition.saved_by for one in campaigns}
    return {one for one in savers if one != CRM} | {share.advisor_id for share in shares}
