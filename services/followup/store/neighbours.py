"""The other services, asked over NATS."""

from collections.abc import Sequence

from shared.contracts.campaign import DefinitionFound, PresentDefinition
from shared.contracts.directory import ClientHoldings, HoldingsFound
from shared.runtime.logging import logger
from shared.runtime.messaging import Bus, NobodyAnswers, QuestionRefused
from shared.runtime.problems import Unavailable

_log = logger(__name__)


class AskedCampaigns:
    """The campaign service; each question waits at most two seconds."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def present(self, campaign_id: str) -> DefinitionFound | None:
        """The campaign's present version there; None when it does not answer."""
        try:
            return await self._bus.ask(PresentDefinition(campaign_id=campaign_id), DefinitionFound)
        except (NobodyAnswers, QuestionRefused) as error:
            _log.warning("a reservation stays, for nobody says what became of it", error=str(error))
            return None


class AskedDirectory:
    """The directory; ready once the service is connected."""

    bus: Bus | None = None

    async def found(self, client_id: str, accounts: Sequence[str], transactions: Sequence[str]) -> HoldingsFound:
        """See the port `Holdings`. Raises when it does not answer."""
        if not (accounts or transactions):
            return HoldingsFound(accounts=(), transactions=())
        if self.bus is None:
            raise Unavailable("service_unavailable")
        question = ClientHoldings(client_id=client_id, account_ids=tuple(accounts), transaction_ids=tuple(transactions))
        return await self.bus.ask(question, HoldingsFound)
