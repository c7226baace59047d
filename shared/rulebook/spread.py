"""Entry dates spread evenly over a campaign, advisor by advisor (docs/domain.md, Clients; ADR 0048)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shared.rulebook.due_dates import WorkingDays
from shared.rulebook.errors import Refused

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Spreading:
    """A client whose entry date is to be chosen; potential in euros."""

    client_id: str
    advisor_id: str
    potential: Decimal


def entry_days(start: date, end: date, today: date, calendar: WorkingDays | None) -> tuple[date, ...]:
    """The days on which clients may enter from today on, both ends included; working days where a calendar says which.

    A campaign whose last days are all closed keeps them: clients must enter on some day. Refused `campaign_ended`.
    """
    first = max(start, today)
    if first > end:
        raise Refused("campaign_ended")
    days = tuple(first + _DAY * number for number in range((end - first).days + 1))
    working = () if calendar is None else tuple(day for day in days if calendar.is_working(day))
    return working or days


def spread(clients: Iterable[Spreading], days: Sequence[date]) -> dict[str, date]:
    """The entry date of each client: those of one advisor evenly over the days, the highest potential first.

    The loads of an advisor on any two days differ by one at most; ties by client id. `days` ascend; there is one.
    """
    chosen: dict[str, date] = {}
    for portfolio in _by_advisor(clients).values():
        ordered = sorted(portfolio, key=lambda client: (-client.potential, client.client_id))
        for place, client in enumerate(ordered):
            chosen[client.client_id] = days[place * len(days) // len(ordered)]
    return chosen


def load_by_week(clients: Iterable[Spreading], chosen: Mapping[str, date]) -> dict[date, Counter[str]]:
    """How many clients of each advisor enter in each week, by its Monday, in the order of weeks."""
    weeks: dict[date, Counter[str]] = defaultdict(Counter)
    for client in clients:
        day = chosen[client.client_id]
        weeks[day - _DAY * day.weekday()][client.advisor_id] += 1
    return dict(sorted(weeks.items()))


def _by_advisor(clients: Iterable[Spreading]) -> dict[str, list[Spreading]]:
    portfolios: dict[str, list[Spreading]] = defaultdict(list)
    for client in clients:
        portfolios[client.advisor_id].append(client)
    return portfolios
