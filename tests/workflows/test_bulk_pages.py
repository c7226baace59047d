"""The activity that asks for page after page: at once while pages move, ever more seldom while they do not."""

import asyncio
from collections.abc import Sequence

import pytest
from temporalio.testing import ActivityEnvironment

from shared.contracts.bulk import BulkPageRun
from shared.contracts.workflow import BulkPages
from workflows.bulk.activities import BulkActivitiesOverNats


class PagesBus:
    """Answers with these pages, one after another."""

    def __init__(self, pages: Sequence[BulkPageRun]) -> None:
        self.pages = list(pages)

    async def ask(self, question: object, answer: object, timeout: float = 0) -> BulkPageRun:  # noqa: ASYNC109
        return self.pages.pop(0)


def a_page(settled: int, moved: int, *, finished: bool = False) -> BulkPageRun:
    return BulkPageRun(settled=settled, chosen=3, moved=moved, finished=finished)


async def test_an_engine_that_is_behind_is_asked_every_five_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    heartbeats: list[tuple[object, ...]] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    stuck = [a_page(1, 0)] * 7
    bus = PagesBus([a_page(1, 1), *stuck, a_page(3, 2), a_page(3, 1, finished=True)])
    environment = ActivityEnvironment()
    environment.on_heartbeat = lambda *details: heartbeats.append(details)
    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "sleep", pause)
        await environment.run(BulkActivitiesOverNats(bus).run_pages, BulkPages(job_id="job"))

    assert pauses == [0.0, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 0.0]
    assert heartbeats == [(1, 3)] * 8 + [(3, 3)] * 2
