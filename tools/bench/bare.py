"""The engine alone: a minimal workflow with one update. `python -m tools.bench.bare` is its worker process."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import PollerBehaviorSimpleMaximum, UnsandboxedWorkflowRunner, Worker

from shared.runtime import temporal
from workflows.settings import Settings

TASK_QUEUE = "bench-bare"
_CALL = timedelta(seconds=30)


@workflow.defn(name="Bare")
class BareWorkflow:
    """Counts, and never ends."""

    def __init__(self) -> None:
        self._steps = 0

    @workflow.run
    async def run(self) -> None:
        """Wait for ever."""
        await workflow.wait_condition(lambda: False)

    @workflow.update
    def step(self, _name: str) -> int:
        """The number of steps so far."""
        self._steps += 1
        return self._steps


def starts(client: Client, ids: Sequence[str]) -> list[Callable[[], Awaitable[object]]]:
    """One start per id."""
    return [
        partial(client.start_workflow, BareWorkflow.run, id=one, task_queue=TASK_QUEUE, rpc_timeout=_CALL)
        for one in ids
    ]


def steps(client: Client, ids: Sequence[str], name: str) -> Iterator[Callable[[], Awaitable[object]]]:
    """One update per execution."""
    for one in ids:
        handle = client.get_workflow_handle(one)
        yield partial(handle.execute_update, BareWorkflow.step, name, id=f"{one}-{name}", rpc_timeout=_CALL)


async def connect(address: str) -> Client:
    """A client as the product's own processes have it."""
    return await temporal.connect(Settings(temporal_address=address), role="bench", lazy=False)


async def work() -> None:
    """Work until told to stop, tuned as the product's worker."""
    settings = Settings()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = settings.worker_workflow_tasks
    worker = Worker(
        await temporal.connect(settings, role="bare", lazy=False),
        task_queue=TASK_QUEUE,
        workflows=[BareWorkflow],
        workflow_runner=UnsandboxedWorkflowRunner(),
        workflow_task_executor=ThreadPoolExecutor(tasks),
        max_cached_workflows=settings.worker_cached_workflows,
        max_concurrent_workflow_tasks=tasks,
        workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(tasks),
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
    )
    async with worker:
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(work())
