"""The workflows on a real server with activities that only remember: no database, no broker."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from temporalio import activity
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from shared.contracts.campaign import RecordMoment
from shared.contracts.followup import DirectSignals
from shared.contracts.visibility import search_attributes
from shared.contracts.workflow import (
    BULK_WORKFLOW,
    CAMPAIGN_DATES,
    CAMPAIGN_WORKFLOW,
    FOLLOW_UP_COMMAND,
    FOLLOW_UP_WORKFLOW,
    LETTER_WORKFLOW,
    BulkPages,
    BulkStart,
    CampaignDates,
    CampaignStart,
    CommandAnswer,
    ConfirmRecorded,
    FollowUpCommand,
    FollowUpStart,
    LetterDelivery,
    LetterStart,
)
from shared.rulebook.commands import Circumstances, Command
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.ids import bulk_workflow_id, letter_workflow_id
from shared.rulebook.steps import Plan, Step, StepKind
from shared.runtime.temporal import DATA_CONVERTER
from workflows.bulk.ports import BulkActivities
from workflows.bulk.workflow import BulkWorkflow
from workflows.campaign.ports import CampaignActivities
from workflows.campaign.workflow import CampaignWorkflow
from workflows.followup.ports import FollowUpActivities
from workflows.followup.workflow import FollowUpWorkflow
from workflows.letter.ports import LetterActivities
from workflows.letter.workflow import LetterWorkflow

WORKFLOWS = [FollowUpWorkflow, CampaignWorkflow, BulkWorkflow, LetterWorkflow]
DAY = timedelta(days=1)
TODAY = datetime.now(UTC).date()
PLAN = Plan(
    version=1,
    steps=(
        Step("first-call", StepKind.TASK, mandatory=True, offers_next=True),
        Step("second-call", StepKind.REMINDER, mandatory=False),
        Step("meeting", StepKind.APPOINTMENT, mandatory=True),
    ),
    sales_step="meeting",
)


class RememberingCampaign(CampaignActivities):
    """Notes each moment told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, date]] = []

    @activity.defn
    async def record_moment(self, moment: RecordMoment) -> None:
        """See the port."""
        self.told.append((moment.kind, moment.on))


class RememberingFollowUp(FollowUpActivities):
    """Says that facts are recorded up to `recorded`, and keeps the batches of signals while it is `open`."""

    def __init__(self) -> None:
        self.recorded = 1_000
        self.asked = 0
        self.batches: list[DirectSignals] = []
        self.open = asyncio.Event()
        self.open.set()

    @activity.defn
    async def confirm_recorded(self, asked: ConfirmRecorded) -> None:
        """See the port."""
        self.asked += 1
        if asked.number > self.recorded:
            raise ApplicationError("not yet", type="NotRecordedYet")

    @activity.defn
    async def log_signals(self, batch: DirectSignals) -> None:
        """See the port."""
        await self.open.wait()
        self.batches.append(batch)


class RememberingBulk(BulkActivities):
    """Notes whose pages were run; the first `failures` runs fail."""

    def __init__(self) -> None:
        self.ran: list[BulkPages] = []
        self.failures = 0

    @activity.defn
    async def run_pages(self, pages: BulkPages) -> None:
        """See the port."""
        if self.failures:
            self.failures -= 1
            raise ApplicationError("nobody answers", type="NobodyAnswers")
        self.ran.append(pages)


class RememberingLetters(LetterActivities):
    """Notes each delivery; the first `failures` are to be tried again, and `away` says that nobody answers but last."""

    def __init__(self) -> None:
        self.delivered: list[LetterDelivery] = []
        self.failures = 0
        self.away = False

    @activity.defn
    async def deliver(self, delivery: LetterDelivery) -> None:
        """See the port."""
        if self.away and not delivery.last:
            raise ApplicationError("never", type="letter.waiting", non_retryable=True)
        if self.failures:
            self.failures -= 1
            raise ApplicationError("not delivered yet", type="letter.waiting")
        self.delivered.append(delivery)


@dataclass(slots=True)
class Stage:
    """A client, its worker's activities, and the moves of a story."""

    client: Client
    task_queue: str
    campaigns: RememberingCampaign = field(default_factory=RememberingCampaign)
    follow_ups: RememberingFollowUp = field(default_factory=RememberingFollowUp)
    jobs: RememberingBulk = field(default_factory=RememberingBulk)
    letters: RememberingLetters = field(default_factory=RememberingLetters)

    async def a_campaign(self, dates: CampaignDates) -> WorkflowHandle[Any, Any]:
        """A campaign's execution."""
        return await self.client.start_workflow(
            CAMPAIGN_WORKFLOW,
            CampaignStart(dates=dates),
            id=f"campaign/{dates.campaign_id}",
            task_queue=self.task_queue,
        )

    async def a_job(self, start: BulkStart) -> WorkflowHandle[Any, Any]:
        """A job's execution."""
        return await self.client.start_workflow(
            BULK_WORKFLOW, start, id=bulk_workflow_id(start.job_id, undo=start.undo), task_queue=self.task_queue
        )

    async def a_letter(self, start: LetterStart) -> WorkflowHandle[Any, Any]:
        """A letter's execution."""
        id_ = letter_workflow_id(start.letter_id)
        return await self.client.start_workflow(LETTER_WORKFLOW, start, id=id_, task_queue=self.task_queue)

    async def move(self, campaign: WorkflowHandle[Any, Any], dates: CampaignDates) -> int:
        """Move its dates; answers the version it goes by."""
        return int(await campaign.execute_update(CAMPAIGN_DATES, dates, id=f"version-{dates.version}"))

    async def a_follow_up(
        self, follow_up_id: str | None = None, *, plan: Plan = PLAN, enters_in: timedelta | None = None
    ) -> WorkflowHandle[Any, Any]:
        """A follow-up's execution; one that has yet to enter sleeps until then."""
        start = a_start(follow_up_id or str(uuid4()), plan=plan)
        if enters_in is not None:
            start = start.model_copy(update={"state": replace(start.state, entry_date=TODAY + enters_in)})
        return await self.client.start_workflow(
            FOLLOW_UP_WORKFLOW,
            start,
            id=f"follow-up/{start.follow_up_id}",
            task_queue=self.task_queue,
            start_delay=enters_in,
            search_attributes=search_attributes(start.campaign_id, start.state),
        )

    async def a_follow_up_by_command(
        self, follow_up_id: str, command: Command, *, update: str
    ) -> WorkflowHandle[Any, Any]:
        """A follow-up's execution whose first task is this command."""
        start = a_start(follow_up_id)
        operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            FOLLOW_UP_WORKFLOW,
            start,
            id=f"follow-up/{follow_up_id}",
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        await self.client.execute_update_with_start_workflow(
            FOLLOW_UP_COMMAND, a_message(command), start_workflow_operation=operation, id=update
        )
        return await operation.workflow_handle()

    async def send(
        self, follow_up: WorkflowHandle[Any, Any], command: Command, *, update: str | None = None, **extra: Any
    ) -> CommandAnswer:
        """Send a command; raises WorkflowUpdateFailedError when the validator refuses."""
        message = a_message(command, **extra)
        return await follow_up.execute_update(
            FOLLOW_UP_COMMAND, message, id=update or str(uuid4()), result_type=CommandAnswer
        )

    async def skip(self, handle: WorkflowHandle[Any, Any], by: timedelta) -> None:
        """Move this execution's clock forward."""
        await TimeSkipper(self.client).fast_forward(handle, by)


@asynccontextmanager
async def a_stage(
    address: str, task_queue: str, *, identity: str = "tests", workflows: Sequence[type] = WORKFLOWS
) -> AsyncIterator[Stage]:
    """A stage with its worker, sandboxed."""
    client = await Client.connect(address, data_converter=DATA_CONVERTER, identity=identity)
    stage = Stage(client, task_queue)
    async with Worker(
        client,
        task_queue=task_queue,
        workflows=workflows,
        activities=[
            stage.campaigns.record_moment,
            stage.follow_ups.confirm_recorded,
            stage.follow_ups.log_signals,
            stage.jobs.run_pages,
            stage.letters.deliver,
        ],
        workflow_runner=SandboxedWorkflowRunner(),
        identity=identity,
    ):
        yield stage


def the_dates(
    campaign_id: str, version: int = 1, *, start: int = 10, end: int = 50, notice: int | None = 5
) -> CampaignDates:
    """The dates of a campaign, in days from today."""
    today = datetime.now(UTC).date()

    def at(days: int) -> datetime:
        return datetime.now(UTC) + days * DAY

    return CampaignDates(
        campaign_id=campaign_id,
        version=version,
        start_at=at(start),
        start_on=today + start * DAY,
        end_at=at(end + 1),
        end_on=today + end * DAY,
        notice_at=None if notice is None else at(notice),
        notice_on=None if notice is None else today + notice * DAY,
    )


def a_start(follow_up_id: str, *, plan: Plan = PLAN) -> FollowUpStart:
    """What a follow-up of a client who entered 20 days ago starts from."""
    return FollowUpStart(
        follow_up_id=follow_up_id,
        campaign_id="7d2c1c7e-0000-4000-8000-00000000000c",
        client_id="7d2c1c7e-0000-4000-8000-00000000000d",
        state=FollowUp(
            number=1,
            entry_date=TODAY - 20 * DAY,
            potential=Decimal("1000.00"),
            initial_potential=Decimal("1000.00"),
            advisor_id="7d2c1c7e-0000-4000-8000-00000000000a",
        ),
        plan=plan,
    )


def a_message(command: Command, **extra: Any) -> FollowUpCommand:
    """A command as the service sends it."""
    given = {
        "recorded": 1,
        "deadline": datetime.now(UTC) + timedelta(seconds=30),
        "version": 1,
        "circumstances": Circumstances(today=TODAY, occurred_on=TODAY, actor="crm"),
    }
    return FollowUpCommand(command=command, **{**given, **extra})
