"""A process of a service that stops in the middle of a job, to be killed there.

It stops after the second chunk, or page, was written down whole and before that is committed: the worst of moments,
since whatever the process held is in an open transaction, and its locks with it.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

from services.campaign.app import create_app
from services.campaign.settings import Settings
from services.campaign.store.working import PostgresWorking
from services.followup.store import job_items
from shared.runtime.clock import FixedClock
from tests.integration.followup.world import a_world
from tests.services.campaign.conftest import NOW, PEOPLE, served_by

MIDDLE = "in the middle of a job"
_STARTS_WITHIN = 60


async def campaign_service(database_url: str, nats_url: str) -> None:
    """The campaign service; clients take effect in chunks."""
    settings = Settings(database_url=database_url, nats_url=nats_url)
    with patch.object(PostgresWorking, "finish", _and_stop(PostgresWorking.finish)):
        async with served_by(create_app(settings), PEOPLE, FixedClock(settings.zone, NOW)):
            await asyncio.Event().wait()


async def follow_up_pages(database_url: str, nats_url: str, temporal_address: str, queue: str, job_id: str) -> None:
    """What the follow-up service does when the job's execution asks it for page after page, here of two."""
    with (
        patch("services.followup.use_cases.jobs.run.PAGE", 2),
        patch.object(job_items, "settle", _and_stop(job_items.settle)),
    ):
        async with a_world(database_url, nats_url, temporal_address, queue) as world:
            while True:
                await world.run_jobs.page(job_id, undo=False)


@asynccontextmanager
async def stopped_in_the_middle(service: Callable[..., Awaitable[None]], *arguments: str) -> AsyncIterator[None]:
    """While a process of it stands there; then it is killed, and is gone."""
    command = [sys.executable, "-m", __name__, service.__name__, *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_STARTS_WITHIN):
            while (line := await process.stdout.readline()).decode().strip() != MIDDLE:
                assert line, "it ended before"
        yield
    finally:
        process.kill()
        assert await process.wait() == -signal.SIGKILL


def _and_stop(write: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same, but the second call ends never."""
    calls = 0

    async def counted(*arguments: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        written = await write(*arguments, **more)
        if calls == 2:
            sys.stdout.write(f"{MIDDLE}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()
        return written

    return counted


if __name__ == "__main__":
    asyncio.run({one.__name__: one for one in (campaign_service, follow_up_pages)}[sys.argv[1]](*sys.argv[2:]))
