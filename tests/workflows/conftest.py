"""A stage on the session's one Temporal server."""

from collections.abc import AsyncIterator

import pytest

from tests.workflows.stage import Stage, a_stage


@pytest.fixture
async def stage(temporal_address: str, task_queue: str) -> AsyncIterator[Stage]:
    """Both workflows with activities that only remember."""
    async with a_stage(temporal_address, task_queue) as stage:
        yield stage
