"""A running follow-up service on real servers for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.followup.world import World, a_worker, a_world


@pytest.fixture
async def world(module_database: str, nats_url: str, temporal_address: str, task_queue: str) -> AsyncIterator[World]:
    """The service with a worker."""
    async with a_world(module_database, nats_url, temporal_address, task_queue) as world, a_worker(world):
        yield world
