"""The engine as the follow-up service uses it: updates, starts, and what each of its failures means.

Implements rules 3, 7 and 8 of docs/architecture.md, The write path.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import (
    Client,
    RPCError,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCStatusCode

from services.followup.ports import NOT_FOUND, UNCLEAR, EngineAnswer
from shared.contracts.visibility import CAMPAIGN_ID, search_attributes
from shared.contracts.workflow import (
    BULK_WAKE,
    BULK_WORKFLOW,
    CAMPAIGN_DATES,
    CAMPAIGN_WORKFLOW,
    FOLLOW_UP_COMMAND,
    FOLLOW_UP_WORKFLOW,
    LETTER_WORKFLOW,
    REPEAT,
    RULE,
    TASK_QUEUE,
    BulkStart,
    CampaignDates,
    CampaignStart,
    CommandAnswer,
    FollowUpCommand,
    FollowUpStart,
    LetterStart,
)
from shared.rulebook.ids import bulk_workflow_id, campaign_workflow_id, follow_up_workflow_id, letter_workflow_id
from shared.runtime.logging import logger

_log = logger(__name__)
START_TIMEOUT = timedelta(seconds=10)


class TemporalEngine:
    """The real engine. A client's own retries of a call end with its deadline."""

    def __init__(self, connect: Callable[[], Awaitable[Client]], *, task_queue: str = TASK_QUEUE) -> None:
        """`connect` is called at the first use: a client belongs to the event loop that made it."""
        self._connect = connect
        self._connected: Client | None = None
        self._task_queue = task_queue

    async def _client(self) -> Client:
        if self._connected is None:
            self._connected = await self._connect()
        return self._connected

    async def update(self, follow_up_id: str, update_id: str, message: FollowUpCommand) -> EngineAnswer:
        """See the port."""
        handle = (await self._client()).get_workflow_handle(follow_up_workflow_id(follow_up_id))
        return await _answered(
            handle.execute_update(
                FOLLOW_UP_COMMAND, message, id=update_id, result_type=CommandAnswer, rpc_timeout=_left(message)
            )
        )

    async def update_with_start(self, start: FollowUpStart, update_id: str, message: FollowUpCommand) -> EngineAnswer:
        """See the port."""
        starting: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            FOLLOW_UP_WORKFLOW,
            start,
            id=follow_up_workflow_id(start.follow_up_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            search_attributes=search_attributes(start.campaign_id, start.state),
            static_summary=summary_of(start),
        )
        return await _answered(
            (await self._client()).execute_update_with_start_workflow(
                FOLLOW_UP_COMMAND,
                message,
                start_workflow_operation=starting,
                id=update_id,
                result_type=CommandAnswer,
                rpc_timeout=_left(message),
            )
        )

    async def start(self, start: FollowUpStart, entry_at: datetime | None) -> bool:
        """See the port. An execution that ran and ended is not started again: its row knows that it was started."""
        delay = None if entry_at is None else max(entry_at - datetime.now(UTC), timedelta(0)) or None
        try:
            await (await self._client()).start_workflow(
                FOLLOW_UP_WORKFLOW,
                start,
                id=follow_up_workflow_id(start.follow_up_id),
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                start_delay=delay,
                search_attributes=search_attributes(start.campaign_id, start.state),
                static_summary=summary_of(start),
                rpc_timeout=START_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return True
        except RPCError as error:
            _log.warning("not_started", follow_up_id=start.follow_up_id, reason=error.status.name)
            return False
        return True

    async def set_campaign_dates(self, dates: CampaignDates) -> None:
        """See the port. One whose last moment was told is started again: a moment told twice is told once."""
        starting: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            CAMPAIGN_WORKFLOW,
            CampaignStart(dates=dates),
            id=campaign_workflow_id(dates.campaign_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            search_attributes=TypedSearchAttributes([SearchAttributePair(CAMPAIGN_ID, dates.campaign_id)]),
        )
        await (await self._client()).execute_update_with_start_workflow(
            CAMPAIGN_DATES,
            dates,
            start_workflow_operation=starting,
            id=f"version-{dates.version}",
            rpc_timeout=START_TIMEOUT,
        )

    async def start_job(self, start: BulkStart) -> bool:
        """See the port. One that ended with pages left is started again: they are rows, and none is treated twice."""
        try:
            await (await self._client()).start_workflow(
                BULK_WORKFLOW,
                start,
                id=bulk_workflow_id(start.job_id, undo=start.undo),
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                static_summary=f"{'undo of ' if start.undo else ''}job {start.job_id}",
                rpc_timeout=START_TIMEOUT,
            )
        except RPCError as error:
            _log.warning("job_not_started", job_id=start.job_id, reason=error.status.name)
            return False
        return True

    async def start_letter(self, letter_id: str, sending: int) -> bool:
        """See the port. A letter whose execution ended is settled: another one finds nothing to do."""
        try:
            await (await self._client()).start_workflow(
                LETTER_WORKFLOW,
                LetterStart(letter_id=letter_id, sending=sending),
                id=letter_workflow_id(letter_id, sending),
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                static_summary=f"letter {letter_id}",
                rpc_timeout=START_TIMEOUT,
            )
        except RPCError as error:
            _log.warning("letter_not_started", letter_id=letter_id, reason=error.status.name)
            return False
        return True

    async def wake_job(self, job_id: str) -> None:
        """See the port. One that is not woken looks at its job when its date comes."""
        handle = (await self._client()).get_workflow_handle(bulk_workflow_id(job_id))
        try:
            await handle.signal(BULK_WAKE, rpc_timeout=START_TIMEOUT)
        except RPCError as error:
            _log.info("job_not_woken", job_id=job_id, reason=error.status.name)


async def _answered(call: Awaitable[CommandAnswer]) -> EngineAnswer:
    try:
        answer = await call
    except WorkflowUpdateFailedError as failed:
        return failure_of(failed.cause)
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        return EngineAnswer(failure=UNCLEAR, data={"reason": "timeout"})
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return EngineAnswer(failure=NOT_FOUND)
        return EngineAnswer(failure=UNCLEAR, data={"reason": error.status.name})
    return EngineAnswer(facts=answer.facts, failure=answer.refused, data=answer.data)


def failure_of(cause: BaseException | None) -> EngineAnswer:
    """A failure as the answer it carries; one whose type is not ours says nothing sure (rule 7)."""
    if not isinstance(cause, ApplicationError) or cause.type is None:
        return EngineAnswer(failure=UNCLEAR, data={"reason": type(cause).__name__})
    if not cause.details or not cause.type.startswith((RULE, REPEAT)):
        return EngineAnswer(failure=cause.type, data={"reason": cause.message})
    details = CommandAnswer.model_validate(cause.details[0])
    return EngineAnswer(facts=details.facts, failure=cause.type, data=details.data)


def _left(message: FollowUpCommand) -> timedelta:
    return max(message.deadline - datetime.now(UTC), timedelta(milliseconds=100))


def summary_of(start: FollowUpStart) -> str:
    """What operators read of an execution in a list: ids, no names."""
    return f"client {start.client_id} in campaign {start.campaign_id}"
