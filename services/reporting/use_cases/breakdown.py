"""Figures per unit, with all below it, or per advisor of record (spec 5.11, 8)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.reporting.ports.reading import Branch, CampaignSeen, Figures, Scope
from services.reporting.use_cases.figures import asked_for
from shared.rulebook.campaign import CampaignStatus
from shared.rulebook.indicators import Rate, achievement, conversion_rate, take_up_rate


class BrokenDownBy(StrEnum):
    """What each row stands for."""

    UNIT = "unit"
    ADVISOR = "advisor"


@dataclass(frozen=True, slots=True)
class BranchFigures:
    """One row and its rates; its target is the sum of the shares read."""

    branch: Branch
    achievement: Rate
    conversion: Rate
    take_up: Rate


async def read_breakdown(
    figures: Figures,
    scope: Scope,
    today: date,
    *,
    by: BrokenDownBy,
    campaign_id: str | None = None,
    statuses: Collection[CampaignStatus] = (),
) -> list[BranchFigures]:
    """The rows with follow-ups or a share. Raises NotVisible `not_visible`."""
    campaigns = await asked_for(figures, scope, today, campaign_id=campaign_id, statuses=statuses)
    return await break_down(figures, scope, today, campaigns, by=by)


async def break_down(
    figures: Figures, scope: Scope, today: date, campaigns: Sequence[CampaignSeen], *, by: BrokenDownBy
) -> list[BranchFigures]:
    """The same of campaigns that were asked for."""
    read = figures.by_unit if by is BrokenDownBy.UNIT else figures.by_advisor
    return [_figures(branch) for branch in await read(scope, [seen.campaign_id for seen in campaigns], today)]


def _figures(branch: Branch) -> BranchFigures:
    totals = branch.totals
    return BranchFigures(
        branch,
        achievement(totals.collected, branch.share),
        conversion_rate(totals.accepted, totals.converting),
        take_up_rate(totals.accepted, totals.clients),
    )
