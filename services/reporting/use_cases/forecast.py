"""The forecast of one campaign, for a reader's reach or a unit or advisor within it (docs/domain.md, Forecast)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from services.reporting.ports.forecasting import Observed, Snapshot
from services.reporting.ports.reading import Scope
from services.reporting.use_cases.figures import Indicators, OneCampaign, indicators_of, read_campaigns, status_of
from shared.rulebook.campaign import CampaignStatus
from shared.rulebook.forecast import Forecast, contacts_needed, forecast, too_little

_MOST = 20_000
"""Follow-ups that are read: of more, a sample, for nothing is learnt from the others that an interval would show."""
_TENTH = Decimal("0.1")


class Silence(StrEnum):
    """Why nothing is forecast."""

    NOT_STARTED = "not_started"
    ENDED = "ended"
    TOO_LITTLE_KNOWN = "too_little_known"


@dataclass(frozen=True, slots=True)
class PlaceAhead:
    """Clients in progress at one place, and how probably each with a potential succeeds by the last day."""

    after_step: str | None
    """The furthest completed step; None before the first."""
    clients: int
    chance: Decimal | None
    """In per cent; None where no client with a potential is there, and without a forecast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignForecast:
    """What the last day will probably have brought, what it rests on, and what the target still needs."""

    campaign: OneCampaign
    indicators: Indicators
    observed: Observed
    forecast: Forecast | None
    silence: Silence | None
    days_left: int
    places: Sequence[PlaceAhead]
    contacts_needed: int | None
    contacts_per_week: Decimal | None

    @property
    def expected_gap(self) -> Decimal | None:
        """What the clients listed will probably leave missing to the target."""
        target = self.indicators.target
        if target is None or self.forecast is None:
            return None
        return max(Decimal("0.00"), target - self.forecast.expected)


async def read_forecast(snapshot: Snapshot, scope: Scope, campaign_id: str, today: date) -> CampaignForecast:
    """The forecast. Raises NotVisible `not_visible`."""
    (one,) = await read_campaigns(snapshot.figures, scope, today, campaign_id=campaign_id)
    plan = await snapshot.figures.plan(campaign_id)
    steps = [] if plan is None else [step.id for step in plan.steps]
    share = min(1.0, _MOST / one.totals.clients) if one.totals.clients else 1.0
    observed = await snapshot.observations.observe(
        scope, campaign_id, steps, today=today, last=one.campaign.end_date, share=share
    )
    found = _silence(one, observed, today) or _forecast(one, observed)
    indicators = indicators_of([one])
    said = found if isinstance(found, Forecast) else None
    needed = _contacts_needed(indicators)
    return CampaignForecast(
        campaign=one,
        indicators=indicators,
        observed=observed,
        forecast=said,
        silence=found if isinstance(found, Silence) else None,
        days_left=one.days.remaining,
        places=_places(one, observed, steps, said),
        contacts_needed=needed,
        contacts_per_week=_per_week(needed, one, today),
    )


def _silence(one: OneCampaign, observed: Observed, today: date) -> Silence | None:
    status = status_of(one.campaign, today)
    if status is not CampaignStatus.RUNNING:
        return Silence.NOT_STARTED if status is CampaignStatus.UPCOMING else Silence.ENDED
    if one.totals.in_progress and too_little(observed.conclusions, observed.successes):
        return Silence.TOO_LITTLE_KNOWN
    return None


def _forecast(one: OneCampaign, observed: Observed) -> Forecast:
    """A sample stands for the potential that is open exactly, and those without potential for their number."""
    rich, poor = observed.kinds
    potential = sum(client.weight for client in rich.waiting)
    by_potential = float(one.totals.remaining_potential) / potential if potential else 1.0
    kinds = [replace(rich, scale=by_potential), replace(poor, scale=_scale(one, observed))]
    return forecast(one.totals.collected, one.days.remaining, kinds)


def _scale(one: OneCampaign, observed: Observed) -> float:
    """How many clients are in progress for each that was read."""
    read = sum(place.clients for place in observed.in_progress)
    return one.totals.in_progress / read if read else 1.0


def _places(one: OneCampaign, observed: Observed, steps: Sequence[str], said: Forecast | None) -> Sequence[PlaceAhead]:
    scale, chances = _scale(one, observed), {} if said is None else said.chances
    return [
        PlaceAhead(
            after_step=steps[at.place - 1] if at.place else None,
            clients=round(at.clients * scale),
            chance=Decimal(100 * chances[at.place]).quantize(_TENTH, ROUND_HALF_UP) if at.place in chances else None,
        )
        for at in observed.in_progress
    ]


def _contacts_needed(figures: Indicators) -> int | None:
    if figures.remaining_to_target is None:
        return None
    return contacts_needed(figures.remaining_to_target, figures.collected, figures.contacts)


def _per_week(needed: int | None, one: OneCampaign, today: date) -> Decimal | None:
    if needed is None or one.days.remaining == 0 or status_of(one.campaign, today) is not CampaignStatus.RUNNING:
        return None
    return (Decimal(needed) * 7 / one.days.remaining).quantize(_TENTH, ROUND_HALF_UP)
