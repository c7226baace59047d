"""One client's follow-up in one campaign, as one durable execution (docs/flows.md).

Commands arrive as updates and are judged by the rulebook in the validator, where a refusal costs no history. Signals
are the CRM's direct door: taken raw, judged nowhere here, and handed to the command log.
"""

import base64
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from shared.contracts.followup import DirectSignal, DirectSignals
    from shared.contracts.visibility import changed_attributes
    from shared.contracts.workflow import (
        FOLLOW_UP_COMMAND,
        FOLLOW_UP_NUMBER,
        FOLLOW_UP_WORKFLOW,
        CommandAnswer,
        ConfirmRecorded,
        FollowUpCommand,
        FollowUpStart,
        command_id_of,
    )
    from workflows.asking import ask
    from workflows.followup.ledger import Ledger, NotTaken
    from workflows.followup.ports import FollowUpActivities
    from workflows.followup.view import step_table

SIGNALS_PER_BATCH = 20
LARGEST_SIGNAL = 16 * 1024
"""Bytes kept of one direct signal; a batch then stays far below the engine's 2 MB for a payload."""


# Every exception fails its update instead of its task, so that no bug and no input can wedge an execution; a failed
# update has changed nothing, since handlers assign their result in the last statement.
@workflow.defn(name=FOLLOW_UP_WORKFLOW, failure_exception_types=[Exception])
class FollowUpWorkflow:
    """Lives from the entry date until the follow-up is closed and its last fact recorded."""

    @workflow.init
    def __init__(self, start: FollowUpStart) -> None:
        self._start = start
        self._ledger = Ledger(start.state, start.plan, start.kept)
        self._signals: tuple[DirectSignal, ...] = ()
        self._signal_count = start.signal_count
        self._awake = False
        self._show()

    @workflow.run
    async def run(self, start: FollowUpStart) -> None:  # noqa: ARG002  restored by __init__, before any handler runs
        """Wait for what comes; hand signals on; move to a new run when the history grows; end when all is recorded."""
        self._awake = True
        while True:
            await workflow.wait_condition(lambda: bool(self._signals) or self._outgrown() or self._ledger.closed)
            if self._signals:
                await self._log_signals()
            elif self._outgrown():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(self._snapshot())
            elif await self._all_recorded():
                return

    @workflow.update(name=FOLLOW_UP_COMMAND)
    def command(self, message: FollowUpCommand) -> CommandAnswer:
        """Take the command and answer every fact that is not recorded yet."""
        try:
            ledger = self._ledger.take(_command_id(), message, workflow.now())
        except NotTaken as not_taken:
            # Only a run's first task comes here: its validator lets everything pass, since a rejection as first task
            # stalls the next one by ten seconds.
            return CommandAnswer(facts=not_taken.facts, refused=not_taken.reason, data=not_taken.data)
        changes = changed_attributes(self._ledger.state, ledger.state)
        answer = CommandAnswer(facts=ledger.facts_above(message.recorded))
        if changes:
            workflow.upsert_search_attributes(changes)
        self._ledger = ledger
        self._show()
        return answer

    @command.validator
    def may_take(self, message: FollowUpCommand) -> None:
        """Refuse without a trace in the history."""
        if not self._awake:
            return
        try:
            self._ledger.take(_command_id(), message, workflow.now())
        except NotTaken as not_taken:
            facts = CommandAnswer(facts=not_taken.facts, data=not_taken.data)
            raise ApplicationError(not_taken.reason, facts, type=not_taken.reason, non_retryable=True) from None

    @workflow.query(name=FOLLOW_UP_NUMBER)
    def number(self) -> int:
        """Up to which fact this execution has come; asked when rows and executions are compared."""
        return self._ledger.state.number

    @workflow.signal(dynamic=True)
    def any_signal(self, name: str, args: Sequence[RawValue]) -> None:
        """Keep whatever came; the command log will say what it is worth."""
        raw = args[0].payload.data if args else b""
        self._signal_count += 1
        key = f"{workflow.info().first_execution_run_id}/{self._signal_count}"
        signal = DirectSignal(name=name, payload=base64.b64encode(raw[:LARGEST_SIGNAL]).decode(), signal_key=key)
        self._signals = (*self._signals, signal)

    async def _log_signals(self) -> None:
        batch = self._signals[:SIGNALS_PER_BATCH]
        signals = DirectSignals(follow_up_id=self._start.follow_up_id, signals=batch)
        await ask(FollowUpActivities.log_signals, signals)
        self._signals = self._signals[len(batch) :]

    async def _all_recorded(self) -> bool:
        """Whether this execution may end; asked outside, while commands may go on coming."""
        number = self._ledger.state.number
        asked = ConfirmRecorded(follow_up_id=self._start.follow_up_id, number=number)
        await ask(FollowUpActivities.confirm_recorded, asked)
        return self._ledger.closed and self._ledger.state.number == number and not self._signals

    def _outgrown(self) -> bool:
        info = workflow.info()
        return info.is_continue_as_new_suggested() or info.is_target_worker_deployment_version_changed()

    def _snapshot(self) -> FollowUpStart:
        return self._start.model_copy(
            update={
                "state": self._ledger.state,
                "plan": self._ledger.plan,
                "kept": self._ledger.kept,
                "signal_count": self._signal_count,
            }
        )

    def _show(self) -> None:
        workflow.set_current_details(step_table(self._ledger.state, self._ledger.plan))


def _command_id() -> str:
    update = workflow.current_update_info()
    assert update is not None, "handlers and validators of updates run inside one"  # noqa: S101  an invariant of the SDK
    return command_id_of(update.id)
