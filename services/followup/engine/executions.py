"""The executions themselves: whether one runs, how far it is; starting or ending one that is not as its row says."""

import base64
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import (
    Client,
    RPCError,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import QueryRejectCondition, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCStatusCode

from services.followup.engine.updates import START_TIMEOUT, summary_of
from services.followup.ports.comparing import Standing
from shared.contracts.visibility import search_attributes
from shared.contracts.workflow import FOLLOW_UP_NUMBER, FOLLOW_UP_WORKFLOW, TASK_QUEUE, FollowUpStart
from shared.rulebook.ids import follow_up_workflow_id
from shared.runtime.logging import logger

_log = logger(__name__)
_TIMEOUT = timedelta(seconds=3)
_FIRST_TASK_DONE = 4
"""Events of a history whose first task is completed; before that nobody can answer a query."""
_PREFIX = follow_up_workflow_id("")


class TemporalExecutions:
    """See the port."""

    def __init__(self, connect: Callable[[], Awaitable[Client]], *, task_queue: str = TASK_QUEUE) -> None:
        """`connect` is called at the first use: a client belongs to the event loop that made it."""
        self._connect = connect
        self._connected: Client | None = None
        self._task_queue = task_queue

    async def standing(self, follow_up_id: str, *, ask_number: bool) -> Standing:
        """See the port. What is asked is answered by the engine's own store, not by its visibility, which may lag."""
        handle = (await self._client()).get_workflow_handle(follow_up_workflow_id(follow_up_id))
        try:
            described = await handle.describe(rpc_timeout=_TIMEOUT)
            running = described.status == WorkflowExecutionStatus.RUNNING
            asked = running and ask_number and described.history_length >= _FIRST_TASK_DONE
            return Standing(running=running, number=await _number(handle) if asked else None)
        except WorkflowQueryRejectedError:
            return Standing(running=False)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                _log.info("execution_did_not_say", follow_up_id=follow_up_id, reason=error.status.name)
            return Standing(running=False, unsure=error.status != RPCStatusCode.NOT_FOUND)

    async def running(self, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        """See the port; `after` is visibility's own token."""
        listed = (await self._client()).list_workflows(
            f"WorkflowType='{FOLLOW_UP_WORKFLOW}' and ExecutionStatus='Running' and TaskQueue='{self._task_queue}'",
            page_size=limit,
            next_page_token=base64.b64decode(after) if after else None,
            rpc_timeout=START_TIMEOUT,
        )
        await listed.fetch_next_page()
        ids = [execution.id.removeprefix(_PREFIX) for execution in listed.current_page or ()]
        token = listed.next_page_token
        return ids, base64.b64encode(token).decode() if token else None

    async def start_again(self, start: FollowUpStart, entry_at: datetime | None, *, replace: bool) -> bool:
        """See the port. A command that comes between meets either execution, and brings the state along."""
        delay = None if entry_at is None else max(entry_at - datetime.now(UTC), timedelta(0)) or None
        policy = WorkflowIDConflictPolicy.TERMINATE_EXISTING if replace else WorkflowIDConflictPolicy.USE_EXISTING
        try:
            await (await self._client()).start_workflow(
                FOLLOW_UP_WORKFLOW,
                start,
                id=follow_up_workflow_id(start.follow_up_id),
                task_queue=self._task_queue,
                id_conflict_policy=policy,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                start_delay=delay,
                search_attributes=search_attributes(start.campaign_id, start.state),
                static_summary=summary_of(start),
                rpc_timeout=START_TIMEOUT,
            )
        except RPCError as error:
            _log.warning("not_started_again", follow_up_id=start.follow_up_id, reason=error.status.name)
            return False
        return True

    async def end(self, follow_up_id: str, reason: str) -> bool:
        """See the port."""
        handle = (await self._client()).get_workflow_handle(follow_up_workflow_id(follow_up_id))
        try:
            await handle.terminate(reason=reason, rpc_timeout=START_TIMEOUT)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def _client(self) -> Client:
        if self._connected is None:
            self._connected = await self._connect()
        return self._connected


async def _number(handle: WorkflowHandle[Any, Any]) -> int | None:
    """Up to which fact it is; None when it runs code that does not know the question yet."""
    try:
        number: int = await handle.query(
            FOLLOW_UP_NUMBER, result_type=int, reject_condition=QueryRejectCondition.NOT_OPEN, rpc_timeout=_TIMEOUT
        )
    except WorkflowQueryFailedError:
        return None
    return number
