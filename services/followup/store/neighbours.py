"""The campaign service asked over NATS."""

from shared.contracts.campaign import DefinitionFound, PresentDefinition
from shared.runtime.logging import logger
from shared.runtime.messaging import Bus, NobodyAnswers, QuestionRefused

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
