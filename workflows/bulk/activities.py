"""The bulk workflow's activity: questions to the follow-up service over NATS, one page each."""

import asyncio

from temporalio import activity

from shared.contracts.bulk import BulkPageRun, RunBulkPage
from shared.contracts.workflow import BulkPages
from shared.runtime.messaging import Bus
from workflows.bulk.ports import BulkActivities

PATIENCE = 20.0
"""Seconds for one page: more than the service lets its commands take."""
_SHORTEST, _LONGEST = 0.2, 5.0
"""Seconds between pages that move nothing: the engine is behind, and asking faster would not help it."""


class BulkActivitiesOverNats(BulkActivities):
    """The real one; every failure is retried by the engine, and the job's rows say where it goes on."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    @activity.defn
    async def run_pages(self, pages: BulkPages) -> None:
        """See the port."""
        pause = 0.0
        while True:
            question = RunBulkPage(job_id=pages.job_id, undo=pages.undo)
            page = await self._bus.ask(question, BulkPageRun, timeout=PATIENCE)
            activity.heartbeat(page.settled, page.chosen)
            if page.finished:
                return
            pause = 0.0 if page.moved else min(max(2 * pause, _SHORTEST), _LONGEST)
            await asyncio.sleep(pause)
