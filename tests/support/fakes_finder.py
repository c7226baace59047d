"""A directory that finds the clients a test names, three a page."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from services.campaign.ports.pulling import Wish
from shared.contracts.queries import MatchingClient, MatchingClients, MatchingCount
from shared.rulebook.due_dates import WorkingDays
from shared.rulebook.filter_text import read
from shared.rulebook.filters import Filter
from shared.rulebook.ids import client_id, user_id
from shared.runtime.calendar import WorkingCalendar

PREMIUM = read('segment = "Premium"')
_PAGE = 3


class FrenchCalendar:
    """A deployment that works on French working days; `away` while the directory does not say so."""

    def __init__(self, *, away: bool = False) -> None:
        self._away = away

    async def present(self) -> WorkingDays:
        """The calendar."""
        if self._away:
            raise ConnectionError
        return WorkingCalendar("FR", None, frozenset())


class FakeFinder:
    """The clients of anne, each with assets of its number times 100; a refusal where the test gives one."""

    def __init__(self, names: Sequence[str]) -> None:
        found = (
            MatchingClient(client_id=client_id(name), advisor_id=user_id("anne"), number=Decimal(at * 100))
            for at, name in enumerate(names)
        )
        self.found = sorted(found, key=lambda one: one.client_id)
        self.asked: list[str | None] = []
        self.refuses: Exception | None = None
        self.more = 0
        """Clients counted beside those named."""

    async def count(self, user_id: str, asked: Filter | str, *, number: str | None, today: date) -> MatchingCount:
        """How many there are."""
        whole = PREMIUM if isinstance(asked, str) else asked
        return MatchingCount(filter=whole, count=len(self.found) + self.more)

    async def page(self, user_id: str, wish: Wish | None, *, after: str | None, today: date) -> MatchingClients:
        """The next three."""
        if self.refuses is not None:
            raise self.refuses
        self.asked.append(after)
        beyond = [one for one in self.found if one.client_id > (after or "")][:_PAGE]
        return MatchingClients(clients=tuple(beyond), last=beyond[-1].client_id if len(beyond) == _PAGE else None)
