"""A follow-up with a timer more, as a careless change would make it; in a module of its own for the sandbox."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from shared.contracts.workflow import FOLLOW_UP_COMMAND, FOLLOW_UP_WORKFLOW, FollowUpStart


@workflow.defn(name=FOLLOW_UP_WORKFLOW)
class ImpatientFollowUp:
    """Not the one that recorded the histories."""

    @workflow.run
    async def run(self, start: FollowUpStart) -> None:
        """Wait, for no good reason."""
        await workflow.sleep(timedelta(minutes=1))

    @workflow.update(name=FOLLOW_UP_COMMAND)
    def command(self, message: dict[str, object]) -> None:
        """Take anything."""
