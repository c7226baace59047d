"""`python -m tests.integration.followup.killed_service DATABASE NATS TEMPORAL QUEUE JOB…`: runs one page of each job.

Once all pages took effect, and before any of them is noted, it is killed by the system.
"""

import asyncio
import os
import signal
import sys

from services.followup.store.jobs import PostgresJobs
from tests.integration.followup.many import PEOPLE
from tests.integration.followup.world import a_world


async def run(database_url: str, nats_url: str, temporal_address: str, task_queue: str, *job_ids: str) -> None:
    """The pages, side by side."""
    all_took_effect = asyncio.Barrier(len(job_ids))

    async def die(*_: object, **__: object) -> int:
        await all_took_effect.wait()
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    PostgresJobs.settle = die  # type: ignore[method-assign]
    async with a_world(database_url, nats_url, temporal_address, task_queue) as world:
        world.rights.people = {one.user_id: one for one in PEOPLE}
        await asyncio.gather(*(world.run_jobs.page(job_id, undo=False) for job_id in job_ids))


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
