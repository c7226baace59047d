"""The indicators of campaigns."""

from datetime import date
from typing import Any

from services.reporting.schemas.parts import Euros, Out, RateOut, ReadOut
from services.reporting.use_cases.figures import Indicators, OneCampaign, indicators_of, status_of
from shared.rulebook.campaign import CampaignStatus
from shared.rulebook.indicators import ClientResult


class ClientsOut(Out):
    """Clients with one result, and their part of all."""

    count: int
    of_all: RateOut


class IndicatorsOut(Out):
    """The figures of spec 8.1 to 8.5. What is null does not exist and is shown as –."""

    target: Euros | None
    potential: Euros
    collected: Euros
    remaining_potential: Euros
    remaining_to_target: Euros | None
    surplus: Euros | None
    shortfall: Euros | None
    achievement: RateOut
    coverage: RateOut
    pace: RateOut
    days_elapsed: int | None
    days_remaining: int | None
    clients: int
    accepted: ClientsOut
    refused: ClientsOut
    in_progress: ClientsOut
    closed_without_conclusion: ClientsOut
    waiting: int
    open: int
    conversion_rate: RateOut
    take_up_rate: RateOut
    contacts: int
    overdue: int
    """Clients whose step at the position is late."""

    @classmethod
    def fields_of(cls, figures: Indicators) -> dict[str, Any]:
        """The fields from the figures."""
        return {
            "target": figures.target,
            "potential": figures.potential,
            "collected": figures.collected,
            "remaining_potential": figures.remaining_potential,
            "remaining_to_target": figures.remaining_to_target,
            "surplus": figures.surplus,
            "shortfall": figures.shortfall,
            "achievement": RateOut.of(figures.achievement),
            "coverage": RateOut.of(figures.coverage),
            "pace": RateOut.of(figures.pace),
            "days_elapsed": None if figures.days is None else figures.days.elapsed,
            "days_remaining": None if figures.days is None else figures.days.remaining,
            "clients": figures.clients,
            **{result.value: _clients(figures, result) for result in ClientResult},
            "waiting": figures.waiting,
            "open": figures.counts.in_progress - figures.waiting,
            "conversion_rate": RateOut.of(figures.conversion_rate),
            "take_up_rate": RateOut.of(figures.take_up_rate),
            "contacts": figures.contacts,
            "overdue": figures.overdue,
        }


class ReportOut(IndicatorsOut, ReadOut):
    """The indicators of one campaign, or of all; `version` is the definition that one campaign's figures follow.

    Before the campaign there are none: no campaigns, no version.
    """

    campaigns: int
    version: int | None

    @classmethod
    def of(cls, campaigns: list[OneCampaign], *, one: bool, **about: Any) -> "ReportOut":
        """The answer for these campaigns; `about` is what every answer says about itself."""
        return cls(
            **cls.fields_of(indicators_of(campaigns)),
            **about,
            campaigns=len(campaigns),
            version=campaigns[0].campaign.version if one and campaigns else None,
        )


class CampaignOut(IndicatorsOut):
    """One campaign of the indicator box."""

    campaign_id: str
    name: str
    status: CampaignStatus
    start_date: date
    end_date: date
    version: int

    @classmethod
    def of(cls, one: OneCampaign, today: date) -> "CampaignOut":
        """The campaign with its figures."""
        campaign = one.campaign
        return cls(
            **cls.fields_of(indicators_of([one])),
            campaign_id=campaign.campaign_id,
            name=campaign.name,
            status=status_of(campaign, today),
            start_date=campaign.start_date,
            end_date=campaign.end_date,
            version=campaign.version,
        )


class CampaignsOut(ReadOut):
    """A page of campaigns in the reader's own order, and how many there are."""

    total: int
    campaigns: list[CampaignOut]


def _clients(figures: Indicators, result: ClientResult) -> ClientsOut:
    return ClientsOut(count=getattr(figures.counts, result.value), of_all=RateOut.of(figures.rates[result]))
