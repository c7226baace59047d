"""One e-mail as one execution: its activity is retried for days, then tried a last time (spec 5.4).

Texts and addresses stay with the follow-up service: the history holds an id.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from shared.contracts.workflow import LETTER_WORKFLOW, LetterDelivery, LetterStart
    from workflows.letter.ports import LetterActivities

_RETRY = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=10))
_FOR = timedelta(days=3)
"""How long a mail server may be away before the letter fails."""
_ONCE = timedelta(seconds=60)


@workflow.defn(name=LETTER_WORKFLOW, failure_exception_types=[Exception])
class LetterWorkflow:
    """Lives until the letter is sent and recorded, or failed for good."""

    @workflow.run
    async def run(self, start: LetterStart) -> None:
        """Deliver the letter."""
        try:
            await workflow.execute_activity_method(
                LetterActivities.deliver,
                LetterDelivery(letter_id=start.letter_id, sending=start.sending),
                start_to_close_timeout=_ONCE,
                schedule_to_close_timeout=_FOR,
                retry_policy=_RETRY,
            )
        except ActivityError:
            await workflow.execute_activity_method(
                LetterActivities.deliver,
                LetterDelivery(letter_id=start.letter_id, last=True, sending=start.sending),
                start_to_close_timeout=_ONCE,
                retry_policy=_RETRY,
            )
