"""What the follow-up workflow needs done outside: the names and shapes of its activities, without bodies."""

from temporalio import activity

from shared.contracts.followup import DirectSignals
from shared.contracts.workflow import ConfirmRecorded


class FollowUpActivities:
    """Asked of the follow-up service over NATS."""

    @activity.defn
    async def confirm_recorded(self, asked: ConfirmRecorded) -> None:
        """Return once facts 1 to `number` are in the database without a gap; fail, to be retried, until then."""

    @activity.defn
    async def log_signals(self, batch: DirectSignals) -> None:
        """Put direct signals into the command log; the same signal twice is logged once."""
