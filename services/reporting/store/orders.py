"""The users' own orders of campaigns, asked of the campaign service over NATS."""

from collections.abc import Sequence

from shared.contracts.campaign import OrderFound, OwnOrder
from shared.rulebook.access import Principal
from shared.runtime.logging import logger
from shared.runtime.messaging import Bus, NobodyAnswers, QuestionRefused

_PATIENCE = 1.0
_log = logger(__name__)


class AskedOrders:
    """See the port. While nobody answers, the order is that of creation: figures do not wait for it."""

    def __init__(self) -> None:
        self._bus: Bus | None = None

    def connect(self, bus: Bus) -> None:
        """Ask by this bus from now on."""
        self._bus = bus

    async def of(self, reader: Principal) -> Sequence[str]:
        """See the port."""
        if self._bus is None or reader.crm:
            return ()
        try:
            found = await self._bus.ask(OwnOrder(user_id=reader.user_id), OrderFound, timeout=_PATIENCE)
        except (NobodyAnswers, QuestionRefused) as error:
            _log.warning("campaigns are listed by creation", error=str(error))
            return ()
        return found.campaign_ids
