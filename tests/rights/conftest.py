"""The five services with the network of these tests in them, once for each module."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.rights.network import set_up
from tests.support.five_services import FiveServices, Servers, running_services


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def services(module_database: str, nats_url: str, temporal_address: str) -> AsyncIterator[FiveServices]:
    """Running, and knowing everybody."""
    async with running_services(Servers(module_database, nats_url, temporal_address)) as services:
        await set_up(services)
        yield services
