"""The five services with a small world in them, and a request that works for each route."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.rights.network import LILLE, set_up
from tests.rights.requests import Ready, ready
from tests.support.five_services import FiveServices, Servers, routes, running_services, until
from tests.support.servers import running_temporal

CHIEF = "chief"
"""Holds every right that a person can hold."""


@dataclass(frozen=True, slots=True)
class World:
    """Running services, and what can be asked of them."""

    services: FiveServices
    working: dict[str, Ready]
    """By route, a request about real things."""


@pytest.fixture(scope="module")
def temporal_address() -> Iterator[str]:
    """A Temporal server of its own: the follow-ups of this world have the ids of those in tests/rights."""
    with running_temporal() as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(module_database: str, nats_url: str, temporal_address: str) -> AsyncIterator[World]:
    """Made once: requests that spoil something spoil it for those that come later."""
    servers = Servers(module_database, nats_url, temporal_address)
    async with running_services(servers, webhook_allow_private=True) as services:  # those of tests/rights/made.py
        await set_up(services)
        rights = dict.fromkeys(("manage_campaigns", "administrator", "operator"), True) | {"access_level": "ALL"}
        await services.put("profiles", {"external_id": CHIEF, "name": CHIEF} | rights)
        await services.put("users", {"external_id": CHIEF, "name": CHIEF, "unit": "network", "profile": CHIEF})

        async def is_known() -> bool:
            return all([(await services.ask("GET", path, by=CHIEF)).is_success for path in _FIRST_OF_EACH])

        await until(is_known)
        yield World(services, {route: await ready(services, route, LILLE) for route in routes()})


_FIRST_OF_EACH = (
    "/api/directory/me",
    "/api/campaigns",
    "/api/followups/due",
    "/api/notifications/notices",
    "/api/reports/indicators",
)
