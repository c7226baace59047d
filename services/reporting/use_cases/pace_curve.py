"""What was collected day by day beside what should have been: the curve behind the pace (spec 8.2, 8.7; ADR 0077)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from services.reporting.ports.listing import FollowUpRows, Wanted
from services.reporting.ports.reading import Scope
from services.reporting.use_cases.figures import OneCampaign
from shared.rulebook.indicators import days_of, prorated_target, two_decimals

_MOST = 120


@dataclass(frozen=True, slots=True)
class PacePoint:
    """Euros on one day: collected until then, and the target prorated to it."""

    day: date
    collected: Decimal
    expected: Decimal


async def read_pace(rows: FollowUpRows, scope: Scope, campaigns: Sequence[OneCampaign], today: date) -> list[PacePoint]:
    """The curve of these campaigns within the scope, up to the day that `rows` are of."""
    ids = [one.campaign.campaign_id for one in campaigns if one.target is not None]
    if not ids:
        return []
    return pace_curve(campaigns, await rows.collected_by_day(Wanted(scope=scope, campaign_ids=ids, today=today)), today)


def pace_curve(
    campaigns: Sequence[OneCampaign], by_day: Sequence[tuple[str, date, Decimal]], today: date
) -> list[PacePoint]:
    """From the first day on which one of the campaigns with a target runs to the day asked for; none without a target.

    At most some hundred days evenly apart, the first and the last among them.
    """
    compared = {one.campaign.campaign_id: one for one in campaigns if one.target is not None}
    if not compared:
        return []
    collected = [(day, amount) for campaign_id, day, amount in by_day if campaign_id in compared]
    first = min(one.campaign.start_date for one in compared.values())
    return [
        PacePoint(
            day,
            sum((amount for on, amount in collected if on <= day), Decimal("0.00")),
            two_decimals(sum((_expected(one, day) for one in compared.values()), Fraction(0))),
        )
        for day in _days(first, today)
    ]


def _expected(one: OneCampaign, day: date) -> Fraction:
    days = days_of(one.campaign.start_date, one.campaign.end_date, day)
    return prorated_target(one.target or Decimal(0), days)


def _days(first: date, last: date) -> list[date]:
    count = (last - first).days
    step = max(1, -(-count // _MOST))
    return [last - timedelta(days=back) for back in range(0, count + 1, step)][::-1] if count >= 0 else []
