"""One job over many follow-ups as one execution: it waits for its date and has page after page treated (spec 5.10).

The list, its progress and its receipt are rows of the follow-up service, so that the history stays as small for
100,000 follow-ups as for one.
"""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from shared.contracts.workflow import BULK_WAKE, BULK_WORKFLOW, BulkPages, BulkStart
    from workflows.bulk.ports import BulkActivities

_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(minutes=1))
_HEARTBEAT = timedelta(seconds=30)
"""Longer than one page may take; a worker that is gone is noticed after it."""
_TURN = timedelta(hours=2)


@workflow.defn(name=BULK_WORKFLOW, failure_exception_types=[Exception])
class BulkWorkflow:
    """Lives until the job, or its undo, has no item left."""

    @workflow.init
    def __init__(self, start: BulkStart) -> None:  # noqa: ARG002  the SDK gives it what `run` gets
        self._woken = False

    @workflow.run
    async def run(self, start: BulkStart) -> None:
        """Wait for the date, then have every page treated."""
        if start.begin_at is not None:
            await self._wait_until(start.begin_at)
        await workflow.execute_activity_method(
            BulkActivities.run_pages,
            BulkPages(job_id=start.job_id, undo=start.undo),
            start_to_close_timeout=_TURN,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_RETRY,
        )

    @workflow.signal(name=BULK_WAKE)
    def wake(self) -> None:
        """Look at the job now: it was cancelled while it waited."""
        self._woken = True

    async def _wait_until(self, begin_at: datetime) -> None:
        left = begin_at - workflow.now()
        if left <= timedelta(0):
            return
        try:
            await workflow.wait_condition(lambda: self._woken, timeout=left, timeout_summary="effective date")
        except TimeoutError:
            return
