"""The letter workflow's activity: a question to the follow-up service, which holds the texts, over NATS."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from shared.contracts.letters import DeliverLetter, LetterDelivered
from shared.contracts.workflow import LetterDelivery
from shared.runtime.messaging import Bus
from workflows.letter.ports import LetterActivities

_PATIENCE = 45.0
"""Seconds: more than a mail server is given to answer."""


class LetterActivitiesOverNats(LetterActivities):
    """The real one."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    @activity.defn
    async def deliver(self, delivery: LetterDelivery) -> None:
        """See the port."""
        question = DeliverLetter(letter_id=delivery.letter_id, last=delivery.last, sending=delivery.sending)
        answer = await self._bus.ask(question, LetterDelivered, timeout=_PATIENCE)
        if not answer.settled:
            raise ApplicationError("not delivered yet", type="letter.waiting")
