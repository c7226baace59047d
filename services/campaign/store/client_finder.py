"""The directory asked over NATS which clients match a filter."""

import json
from datetime import date
from http import HTTPStatus

from services.campaign.ports.pulling import Wish
from services.campaign.use_cases.target_by_query import DirectoryAway
from shared.contracts.filters import json_of
from shared.contracts.queries import LARGEST_FILTER, ClientsMatching, CountMatching, MatchingClients, MatchingCount
from shared.rulebook.errors import Invalid, Refused
from shared.rulebook.filters import MOST_CRITERIA, MOST_VALUES, Filter
from shared.runtime.messaging import Bus, NobodyAnswers, QuestionRefused

_PATIENCE = 10.0
_PAGE = 500


class AskedClients:
    """See `ports.pulling.ClientFinder`; each question waits at most ten seconds."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def count(self, user_id: str, asked: Filter | str, *, number: str | None, today: date) -> MatchingCount:
        """How many clients match."""
        if isinstance(asked, str):
            question = CountMatching(user_id=user_id, query_id=asked, number=number, today=today)
        elif len(json.dumps(json_of(asked))) > LARGEST_FILTER:
            raise Invalid("filter_too_large", {"criteria": MOST_CRITERIA, "values": MOST_VALUES})
        else:
            question = CountMatching(user_id=user_id, filter=asked, number=number, today=today)
        return await self._bus.ask(question, MatchingCount, timeout=_PATIENCE)

    async def page(self, user_id: str, wish: Wish, *, after: str | None, today: date) -> MatchingClients:
        """The next clients; Refused with the directory's code, DirectoryAway."""
        question = ClientsMatching(
            user_id=user_id, filter=wish.filter, number=wish.attribute, today=today, after=after, limit=_PAGE
        )
        try:
            return await self._bus.ask(question, MatchingClients, timeout=_PATIENCE)
        except NobodyAnswers as away:
            raise DirectoryAway from away
        except QuestionRefused as refused:
            if refused.problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise DirectoryAway from refused
            raise Refused(refused.code, refused.data) from refused
