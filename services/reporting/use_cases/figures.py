"""The indicators of one or all campaigns, for a reader's reach or a unit or advisor within it (spec 8.1 to 8.5)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from services.reporting.ports.reading import CampaignSeen, Figures, Scope, Totals
from services.reporting.use_cases.seeing import visible_campaigns
from shared.rulebook import indicators as formulas
from shared.rulebook.campaign import CampaignStatus, campaign_status
from shared.rulebook.indicators import ClientCounts, ClientResult, Days, PaceRow, Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicators:
    """Every figure of 8.1 to 8.5. Euros are exact; None means that there is no such figure (shown as –)."""

    target: Decimal | None
    potential: Decimal
    collected: Decimal
    remaining_potential: Decimal
    remaining_to_target: Decimal | None
    surplus: Decimal | None
    shortfall: Decimal | None
    achievement: Rate
    coverage: Rate
    pace: Rate
    days: Days | None
    clients: int
    waiting: int
    counts: ClientCounts
    rates: Mapping[ClientResult, Rate]
    conversion_rate: Rate
    take_up_rate: Rate
    contacts: int
    overdue: int


@dataclass(frozen=True, slots=True)
class OneCampaign:
    """What one campaign brings into the figures."""

    campaign: CampaignSeen
    totals: Totals
    target: Decimal | None
    days: Days


async def asked_for(
    figures: Figures, scope: Scope, today: date, *, campaign_id: str | None, statuses: Collection[CampaignStatus]
) -> list[CampaignSeen]:
    """The one campaign, or all with one of the statuses; without statuses, those not archived.

    None that was not known yet as of the day: it has no figures.
    Raises NotVisible `not_visible`.
    """
    seen = [campaign for campaign in await visible_campaigns(figures, scope, campaign_id) if campaign.known]
    if campaign_id is not None:
        return seen
    return [campaign for campaign in seen if _is_asked_for(campaign, today, statuses)]


async def read_campaigns(
    figures: Figures,
    scope: Scope,
    today: date,
    *,
    campaign_id: str | None = None,
    statuses: Collection[CampaignStatus] = (),
) -> list[OneCampaign]:
    """The campaigns asked for, with their sums within the scope. Raises NotVisible `not_visible`."""
    campaigns = await asked_for(figures, scope, today, campaign_id=campaign_id, statuses=statuses)
    return await with_sums(figures, scope, campaigns, today)


async def with_sums(
    figures: Figures, scope: Scope, campaigns: Sequence[CampaignSeen], today: date
) -> list[OneCampaign]:
    """These campaigns with their sums within the scope; whether they may be seen was asked before."""
    ids = [seen.campaign_id for seen in campaigns]
    totals = await figures.totals(scope, ids, today)
    shares = await figures.shares(scope, ids)
    return [
        OneCampaign(
            seen,
            totals.get(seen.campaign_id, Totals()),
            formulas.target_read(seen.target, _shares(shares, seen), reads_all=scope.is_whole),
            formulas.days_of(seen.start_date, seen.end_date, today),
        )
        for seen in campaigns
    ]


def in_own_order(campaigns: Sequence[OneCampaign], order: Sequence[str]) -> list[OneCampaign]:
    """The campaigns in a user's own order; those that the user gave no place come after, by creation (spec 2.6)."""
    places = {campaign_id: place for place, campaign_id in enumerate(order)}
    return sorted(campaigns, key=lambda one: places.get(one.campaign.campaign_id, len(places)))


def indicators_of(campaigns: Sequence[OneCampaign]) -> Indicators:
    """The indicators of these campaigns together: sums over sums, never a mean of rates (spec 8.2).

    What is compared with a target is taken from the campaigns that have one (ADR 0031).
    """
    totals = _sum([one.totals for one in campaigns])
    with_target = [one for one in campaigns if one.target is not None]
    compared = _sum([one.totals for one in with_target])
    target = (
        sum((one.target for one in with_target if one.target is not None), Decimal("0.00")) if with_target else None
    )
    counts = ClientCounts(
        accepted=totals.accepted,
        refused=totals.refused,
        in_progress=totals.in_progress,
        closed_without_conclusion=totals.archived,
    )
    return Indicators(
        target=target,
        potential=totals.potential,
        collected=totals.collected,
        remaining_potential=totals.remaining_potential,
        remaining_to_target=formulas.remaining_to_target(target, compared.collected),
        surplus=formulas.surplus(target, compared.collected),
        shortfall=formulas.shortfall(target, compared.collected, compared.remaining_potential),
        achievement=formulas.achievement(compared.collected, target),
        coverage=formulas.coverage(compared.potential, target),
        pace=formulas.pace_over(PaceRow(one.totals.collected, one.target, one.days) for one in campaigns),
        days=campaigns[0].days if len(campaigns) == 1 else None,
        clients=totals.clients,
        waiting=totals.waiting,
        counts=counts,
        rates={result: counts.rate(result) for result in ClientResult},
        conversion_rate=formulas.conversion_rate(totals.accepted, totals.converting),
        take_up_rate=formulas.take_up_rate(totals.accepted, totals.clients),
        contacts=totals.contacts,
        overdue=totals.overdue,
    )


def status_of(campaign: CampaignSeen, today: date) -> CampaignStatus:
    """The campaign's status on that day."""
    return campaign_status(campaign.start_date, campaign.end_date, campaign.archived, today)


def _is_asked_for(campaign: CampaignSeen, today: date, statuses: Collection[CampaignStatus]) -> bool:
    status = status_of(campaign, today)
    return status in statuses if statuses else status is not CampaignStatus.ARCHIVED


def _shares(shares: Mapping[str, Decimal], campaign: CampaignSeen) -> list[Decimal]:
    read = shares.get(campaign.campaign_id)
    return [] if read is None else [read]


def _sum(totals: Sequence[Totals]) -> Totals:
    nothing = Totals()
    return Totals(
        **{
            field.name: sum((getattr(one, field.name) for one in totals), getattr(nothing, field.name))
            for field in fields(Totals)
        }
    )
