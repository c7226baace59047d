"""What a forecast is made from, as it is read."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from services.reporting.ports.reading import Figures, Scope
from shared.rulebook.forecast import Knowledge


@dataclass(frozen=True, slots=True)
class OpenAt:
    """Clients in progress at one place: how many steps of the plan the furthest completed one reaches."""

    place: int
    clients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What was seen of a campaign's follow-ups: with potential first, then without."""

    conclusions: int
    successes: int
    kinds: Sequence[Knowledge]
    in_progress: Sequence[OpenAt]


class Observations(Protocol):
    """Sums over follow-ups that a reader may see."""

    async def observe(
        self, scope: Scope, campaign_id: str, steps: Sequence[str], *, today: date, last: date, share: float
    ) -> Observed:
        """What was seen by today; `steps` in the order of the plan, `share` the part of the follow-ups that is read."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Figures and observations of one moment."""

    figures: Figures
    observations: Observations


class Forecasting(Protocol):
    """Where reading begins."""

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """One moment: whatever is read within belongs together."""
