"""The only place that knows the present: instants are UTC, days are those of the deployment's zone."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


class Clock:
    """The present instant and day."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The present day in the deployment's zone."""
        return self.day_of(self.now())

    def day_of(self, instant: datetime) -> date:
        """The day of an aware instant in the deployment's zone."""
        return instant.astimezone(self._zone).date()

    def midnight(self, day: date) -> datetime:
        """The first instant of a day in the deployment's zone, in UTC."""
        return self.instant(day, time.min)

    def instant(self, day: date, at: time) -> datetime:
        """A time of day in the deployment's zone, in UTC; one that the clocks leave out is that much later."""
        return datetime.combine(day, at, self._zone).astimezone(UTC)


class FixedClock(Clock):
    """A clock that stands still until it is moved, for tests."""

    def __init__(self, zone: tzinfo, at: datetime) -> None:
        super().__init__(zone)
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._at

    def set(self, at: datetime) -> None:
        """Stand at another instant."""
        self._at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Go forward."""
        self._at += by
