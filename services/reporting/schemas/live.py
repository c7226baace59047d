"""What a live stream sends."""

from datetime import date

from services.reporting.schemas.figures import CampaignOut
from services.reporting.schemas.parts import Out
from services.reporting.schemas.rows import StepOut
from services.reporting.use_cases.live import Told
from services.reporting.use_cases.live_board import LiveCampaign


class LiveCampaignOut(CampaignOut):
    """One campaign whose figures changed; `steps` are null unless the campaign was asked for by its id."""

    steps: list[StepOut] | None

    @classmethod
    def live(cls, live: LiveCampaign, today: date) -> "LiveCampaignOut":
        """The campaign with its figures."""
        shown = CampaignOut.of(live.one, today)
        steps = None if live.steps is None else [StepOut.of(step) for step in live.steps.steps]
        return cls(**{name: getattr(shown, name) for name in CampaignOut.model_fields}, steps=steps)


class LiveOut(Out):
    """The data of an event; `shown` are the campaigns that the reader sees, in order, where that changed, else null."""

    as_of: date
    campaigns: list[LiveCampaignOut]
    shown: list[str] | None

    @classmethod
    def of(cls, told: Told, today: date) -> "LiveOut":
        """What is told."""
        campaigns = [LiveCampaignOut.live(live, today) for live in told.campaigns]
        return cls(as_of=today, campaigns=campaigns, shown=None if told.shown is None else list(told.shown))
