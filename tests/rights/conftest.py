"""The five services with the network of these tests in them, once for each module."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.rights.network import set_up
from tests.support.five_services import FiveServices, Servers, running_services


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def services(module_database: str, nats_url: str, temporal_address: str) -> AsyncIterator[FiveServices]:
    """Running, and knowing everybody."""
    servers = Servers(module_database, nats_url, temporal_address)
    # A page of notices says soon that there are none; a webhook of these tests leads to this machine.
    async with running_services(servers, notice_heartbeat_seconds=0.3, webhook_allow_private=True) as services:
        await set_up(services)
        yield services
