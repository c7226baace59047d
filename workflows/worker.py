"""`python -m workflows.worker`: registration of workflows and activities, nothing else."""

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import (
    PollerBehaviorSimpleMaximum,
    UnsandboxedWorkflowRunner,
    Worker,
    WorkerDeploymentConfig,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from shared.contracts.workflow import TASK_QUEUE
from shared.runtime import logging, memory, temporal
from shared.runtime.health import Health
from shared.runtime.messaging import Bus
from shared.runtime.probes import serve_probes
from workflows.bulk.activities import BulkActivitiesOverNats
from workflows.bulk.workflow import BulkWorkflow
from workflows.campaign.activities import CampaignActivitiesOverNats
from workflows.campaign.workflow import CampaignWorkflow
from workflows.followup.activities import FollowUpActivitiesOverNats
from workflows.followup.workflow import FollowUpWorkflow
from workflows.letter.activities import LetterActivitiesOverNats
from workflows.letter.workflow import LetterWorkflow
from workflows.settings import Settings

WORKFLOWS = [FollowUpWorkflow, CampaignWorkflow, BulkWorkflow, LetterWorkflow]


def make_worker(client: Client, bus: Bus, settings: Settings, *, task_queue: str = TASK_QUEUE) -> Worker:
    """The worker of all workflows and their activities; see docs/operations.md for its sizes."""
    follow_up, campaign = FollowUpActivitiesOverNats(bus), CampaignActivitiesOverNats(bus)
    bulk, letter = BulkActivitiesOverNats(bus), LetterActivitiesOverNats(bus)
    tasks = settings.worker_workflow_tasks
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=[
            follow_up.confirm_recorded,
            follow_up.log_signals,
            campaign.record_moment,
            bulk.run_pages,
            letter.deliver,
        ],
        workflow_runner=_runner(settings),
        workflow_task_executor=ThreadPoolExecutor(tasks, thread_name_prefix="workflow"),
        max_cached_workflows=settings.worker_cached_workflows,
        max_concurrent_workflow_tasks=tasks,
        max_concurrent_activities=200,  # jobs hold one each as long as they last, and cost next to nothing
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(tasks),
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        graceful_shutdown_timeout=timedelta(seconds=10),
        deployment_config=_deployment(settings),
    )


async def work(settings: Settings) -> None:
    """Work until told to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    health = Health()
    async with serve_probes(health, settings, port=settings.worker_port):
        bus = await Bus.connect(settings.nats_url, name="worker")
        client = await temporal.connect(settings, role="worker", lazy=False)
        health.add("nats", bus.ready)
        health.add("temporal", client.service_client.check_health)
        memory.settle()
        async with make_worker(client, bus, settings):
            health.started = True
            await stop.wait()
            health.started = False
        await bus.close()


def _runner(settings: Settings) -> WorkflowRunner:
    return SandboxedWorkflowRunner() if settings.worker_sandboxed else UnsandboxedWorkflowRunner()


def _deployment(settings: Settings) -> WorkerDeploymentConfig | None:
    if not settings.worker_build_id:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(settings.worker_deployment, settings.worker_build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )


if __name__ == "__main__":
    SETTINGS = Settings()
    logging.configure(SETTINGS, role="worker")
    asyncio.run(work(SETTINGS))
