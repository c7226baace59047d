"""The forecast of one campaign."""

from datetime import date
from decimal import Decimal

from services.reporting.schemas.parts import Euros, Out
from services.reporting.use_cases.forecast import CampaignForecast, PlaceAhead, Silence
from shared.rulebook.forecast import LEAST_CONCLUSIONS, LEAST_SUCCESSES, LEVEL


class ObservationsOut(Out):
    """What a forecast rests on, and below which numbers there is none."""

    conclusions: int
    successes: int
    least_conclusions: int
    least_successes: int


class PlaceOut(Out):
    """Clients in progress whose furthest completed step is this one (null: none yet), and their chance of success.

    `chance_percent` is that of a client who is there today and has a potential, by the last day.
    """

    after_step: str | None
    clients: int
    chance_percent: str | None

    @classmethod
    def of(cls, place: PlaceAhead) -> "PlaceOut":
        """The place as answered."""
        return cls(after_step=place.after_step, clients=place.clients, chance_percent=_said(place.chance))


class ForecastOut(Out):
    """What will probably be collected on the last day, what is collected included.

    The interval holds it in `level_percent` of 100 cases. Without a forecast these are null, and `silent_because` says
    why. `shortfall` is what is missing though every client in progress brought the whole potential; `expected_gap` what
    will probably be missing. Contacts go by the euros that one has brought so far; null while none has.
    """

    as_of: date
    campaign_id: str
    version: int
    """The definition whose steps are told."""
    end_date: date
    days_left: int
    target: Euros | None
    collected: Euros
    remaining_potential: Euros
    expected: Euros | None
    low: Euros | None
    high: Euros | None
    level_percent: int
    silent_because: Silence | None
    observations: ObservationsOut
    places: list[PlaceOut]
    remaining_to_target: Euros | None
    shortfall: Euros | None
    expected_gap: Euros | None
    contacts_needed: int | None
    contacts_per_week: str | None

    @classmethod
    def of(cls, found: CampaignForecast, as_of: date) -> "ForecastOut":
        """The forecast as answered."""
        said, figures = found.forecast, found.indicators
        return cls(
            as_of=as_of,
            campaign_id=found.campaign.campaign.campaign_id,
            version=found.campaign.campaign.version,
            end_date=found.campaign.campaign.end_date,
            days_left=found.days_left,
            target=figures.target,
            collected=figures.collected,
            remaining_potential=figures.remaining_potential,
            expected=None if said is None else said.expected,
            low=None if said is None else said.low,
            high=None if said is None else said.high,
            level_percent=LEVEL,
            silent_because=found.silence,
            observations=ObservationsOut(
                conclusions=found.observed.conclusions,
                successes=found.observed.successes,
                least_conclusions=LEAST_CONCLUSIONS,
                least_successes=LEAST_SUCCESSES,
            ),
            places=[PlaceOut.of(place) for place in found.places],
            remaining_to_target=figures.remaining_to_target,
            shortfall=figures.shortfall,
            expected_gap=found.expected_gap,
            contacts_needed=found.contacts_needed,
            contacts_per_week=_said(found.contacts_per_week),
        )


def _said(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
