"""Which day somebody asks about, and which reader answers (spec 8.0)."""

from datetime import date, datetime, timedelta
from typing import Protocol

from services.reporting.ports.reading import AsOf, Axis
from shared.rulebook.days import require_not_ahead


class DayClock(Protocol):
    """Days of the deployment's zone."""

    def today(self) -> date:
        """The present day."""

    def midnight(self, day: date) -> datetime:
        """The first instant of a day."""


def asked_day(clock: DayClock, day: date | None, axis: Axis, *, of_client: bool = False) -> AsOf | None:
    """The past day asked for; None for today, which the counters answer alike on both axes, unless for one client.

    Raises Invalid `as_of_in_future`.
    """
    today = clock.today()
    require_not_ahead(day or today, today)
    asked = day or today
    if asked == today and not of_client:
        return None
    return AsOf(asked, axis, clock.midnight(asked + timedelta(days=1)))
