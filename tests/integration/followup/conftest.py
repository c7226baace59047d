"""A running follow-up service on real servers for each test, and further processes of it on the same database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.integration.followup.door import Door, a_door
from tests.integration.followup.world import World, a_worker, a_world

AnotherWorld = Callable[..., Awaitable[World]]


@pytest.fixture
async def world(fresh_database: str, nats_url: str, temporal_address: str, task_queue: str) -> AsyncIterator[World]:
    """The service with a worker."""
    async with a_world(fresh_database, nats_url, temporal_address, task_queue) as world, a_worker(world):
        yield world
        await world.desk.close()  # what is on its way needs the worker


@pytest.fixture
async def another(
    world: World, fresh_database: str, nats_url: str, temporal_address: str, task_queue: str
) -> AsyncIterator[AnotherWorld]:
    """Makes one more process of the service, beside the first one's worker; it takes the options of `a_world`."""
    async with AsyncExitStack() as stack:

        async def make(**options: Any) -> World:
            return await stack.enter_async_context(
                a_world(fresh_database, nats_url, temporal_address, task_queue, **options)
            )

        yield make


@pytest.fixture
async def door(world: World) -> AsyncIterator[Door]:
    """The HTTP door of the first process."""
    async with a_door(world) as door:
        yield door
