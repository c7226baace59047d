"""The deadlines of one campaign and which of them were told: pure, so that the workflow only waits."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.contracts.campaign import MomentKind
from shared.contracts.workflow import CampaignDates


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment to come: at what instant, and the date it stands for."""

    kind: MomentKind
    at: datetime
    on: date


@dataclass(frozen=True, slots=True)
class Agenda:
    """The dates in force and the kinds of moment already told; each kind is told once."""

    dates: CampaignDates
    told: frozenset[str] = frozenset()

    def next_moment(self) -> Moment | None:
        """The earliest moment not told yet; None when nothing is left to tell."""
        if self.dates.deleted:
            return None
        left = [moment for moment in self._moments() if moment.kind not in self.told]
        return min(left, key=lambda moment: moment.at, default=None)

    def after(self, kind: MomentKind) -> "Agenda":
        """The agenda once this kind was told."""
        return replace(self, told=self.told | {kind})

    def moved(self, dates: CampaignDates) -> "Agenda":
        """The agenda at these dates, unless it goes by a later version."""
        return self if dates.version <= self.dates.version else replace(self, dates=dates)

    def _moments(self) -> list[Moment]:
        dates = self.dates
        moments = [
            Moment(MomentKind.START, dates.start_at, dates.start_on),
            Moment(MomentKind.END, dates.end_at, dates.end_on),
        ]
        if dates.notice_at is not None and dates.notice_on is not None:
            moments.append(Moment(MomentKind.NOTICE, dates.notice_at, dates.notice_on))
        return moments
