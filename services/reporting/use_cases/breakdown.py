"""Figures per unit, with all below it, or per advisor of record (spec 5.11, 8)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from services.reporting.ports.reading import Branch, CampaignSeen, Figures, Scope, Totals
from services.reporting.use_cases.figures import asked_for
from shared.rulebook.campaign import CampaignStatus
from shared.rulebook.indicators import Rate, achievement, conversion_rate, take_up_rate


class BrokenDownBy(StrEnum):
    """What each row stands for."""

    UNIT = "unit"
    ADVISOR = "advisor"


class PartRates(NamedTuple):
    """The rates of a part whose target is the sum of the shares read."""

    achievement: Rate
    conversion: Rate
    take_up: Rate


@dataclass(frozen=True, slots=True)
class BranchFigures:
    """One row and its rates."""

    branch: Branch
    rates: PartRates


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
    branches = await read(scope, [seen.campaign_id for seen in campaigns], today)
    return [BranchFigures(branch, rates_of(branch.totals, branch.share)) for branch in branches]


def rates_of(totals: Totals, share: Decimal | None) -> PartRates:
    """The rates of these sums (spec 8.1, 8.4, 8.5)."""
    return PartRates(
        achievement(totals.collected, share),
        conversion_rate(totals.accepted, totals.converting),
        take_up_rate(totals.accepted, totals.clients),
    )
