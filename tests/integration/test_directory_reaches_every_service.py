"""What the CRM changes in the directory is known to every service that keeps it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from services.campaign import app as campaign
from services.campaign.settings import Settings as CampaignSettings
from services.directory import app as directory
from services.directory.settings import Settings as DirectorySettings
from services.followup import app as followup
from services.followup.settings import Settings as FollowUpSettings
from services.notification import app as notification
from services.notification.settings import Settings as NotificationSettings
from services.reporting import app as reporting
from services.reporting.settings import Settings as ReportingSettings
from shared.rulebook.ids import client_id, unit_id, user_id
from tests.services.directory.conftest import Door, a_client, a_user, running

SERVICES = (
    (campaign, CampaignSettings),
    (followup, FollowUpSettings),
    (notification, NotificationSettings),
    (reporting, ReportingSettings),
)
ANNE, C1 = user_id("anne"), client_id("c1")


class Replicas:
    """What the services hold, asked of their tables."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection

    async def become(self, query: str, subject: str, wanted: object) -> None:
        """Wait until the query answers what is wanted of the subject."""
        async with asyncio.timeout(20):
            while (held := await self._ask(query, subject)) != wanted:
                await asyncio.sleep(0.02)
        assert held == wanted

    async def _ask(self, query: str, subject: str) -> object:
        row = await (await self._connection.execute(query.encode(), (subject,))).fetchone()
        return None if row is None else row[0]


@pytest.fixture
async def door(fresh_database: str, nats_url: str, temporal_address: str, task_queue: str) -> AsyncIterator[Door]:
    common = {"database_url": fresh_database, "nats_url": nats_url, "temporal_address": temporal_address}
    async with AsyncExitStack() as stack:
        # The directory first: the others wait for its bucket.
        door = await stack.enter_async_context(
            running(directory.create_app(DirectorySettings.model_validate(common)), {})
        )
        for service, settings in SERVICES:
            app = service.create_app(settings.model_validate(common))
            await stack.enter_async_context(app.router.lifespan_context(app))
        await door.set_up_network()
        await door.put("users", [a_user("anne"), a_user("bob", unit="south")])
        await door.put("clients", [a_client("c1", phone="03 20")])
        yield door


@pytest.fixture
async def replicas(fresh_database: str) -> AsyncIterator[Replicas]:
    plain = make_url(fresh_database).set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(plain, autocommit=True) as connection:
        yield Replicas(connection)


UNITS = (
    "select unit_id::text from campaign.users where user_id = %s",
    "select unit_path[cardinality(unit_path)]::text from followup.advisors where advisor_id = %s",
    "select unit_id::text from notification.users where user_id = %s",
    "select unit_id::text from reporting.advisors where user_id = %s",
)
ADVISORS = (
    "select advisor_id::text from campaign.clients where client_id = %s",
    "select advisor_id::text from followup.clients where client_id = %s",
    "select advisor_id::text from reporting.clients where client_id = %s",
)


@pytest.mark.timeout(180)
async def test_moves_and_departures_reach_every_service(door, replicas):
    for query in UNITS:
        await replicas.become(query, ANNE, unit_id("lille"))
    for query in ADVISORS:
        await replicas.become(query, C1, ANNE)

    await door.put("users", [a_user("anne", unit="arras")])
    await door.put("clients", [a_client("c1", advisor="bob", phone="04 91", active=False)])
    await door.put("users", [a_user("anne", unit="arras", active=False)])
    await door.put("units", [{"external_id": "lille", "name": "Lille", "parent": "north", "active": False}])

    for query in UNITS:
        await replicas.become(query, ANNE, unit_id("arras"))
    for query in ADVISORS:
        await replicas.become(query, C1, user_id("bob"))
    await replicas.become("select phone from notification.clients where client_id = %s", C1, "04 91")
    await replicas.become("select active from campaign.clients where client_id = %s", C1, False)
    await replicas.become("select active from campaign.users where user_id = %s", ANNE, False)
    await replicas.become("select active from reporting.units where unit_id = %s", unit_id("lille"), False)
