"""What the letter workflow needs done outside."""

from temporalio import activity

from shared.contracts.workflow import LetterDelivery


class LetterActivities:
    """Asked of the follow-up service over NATS."""

    @activity.defn
    async def deliver(self, delivery: LetterDelivery) -> None:
        """Have the letter sent and recorded; fails while it has to be tried again."""
