"""A saved query of the directory puts its clients into a campaign, through both services and the bus between them."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest

from services.campaign import app as campaign
from services.campaign.settings import Settings as CampaignSettings
from services.directory import app as directory
from services.directory.settings import Settings as DirectorySettings
from shared.rulebook.access import AccessLevel
from shared.rulebook.ids import unit_id
from tests.services.directory.conftest import a_client, a_user, running
from tests.support.fakes_campaign import FakeFollowUps
from tests.support.fakes_directory import TokensAreNames, a_principal

NUMBER = 1_203
CAMPAIGN = {
    "name": "Épargne longue",
    "start_date": "2026-01-01",
    "end_date": "2099-12-31",
    "steps": [{"id": "call", "title": "Appel", "kind": "REMINDER"}],
}
AS_DORA = {"Authorization": "Bearer dora"}


@pytest.fixture
async def doors(fresh_database, nats_url):
    common = {"database_url": fresh_database, "nats_url": nats_url}
    people = {"dora": a_principal("dora", AccessLevel.SUBTREE, path=("network", "north"), manage_campaigns=True)}
    async with AsyncExitStack() as stack:
        door = await stack.enter_async_context(running(directory.create_app(DirectorySettings(**common)), people))
        app = campaign.create_app(CampaignSettings(**common))
        await stack.enter_async_context(app.router.lifespan_context(app))
        await FakeFollowUps().answer_on(app.state.source.finder._bus)
        app.state.security = TokensAreNames(people)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        http = httpx.AsyncClient(transport=transport, base_url="http://campaign", timeout=30, headers=AS_DORA)
        yield door, await stack.enter_async_context(http)


async def within(seconds, looking):
    async with asyncio.timeout(seconds):
        while (found := await looking()) is None:
            await asyncio.sleep(0.05)
    return found


async def test_the_clients_of_a_saved_query_within_reach_are_targeted_each_once(doors):
    door, http = doors
    await door.set_up_network()
    await door.put(
        "users", [a_user("dora", unit="north", profile="manager"), a_user("anne"), a_user("max", unit="south")]
    )
    attributes = {"segment": "Premium", "assets": 1_000}
    await door.put("clients", [a_client(f"c{row}", attributes=attributes) for row in range(NUMBER)])
    await door.put("clients", [a_client("elsewhere", "max", attributes=attributes), a_client("other")])
    saved = await door.http.post(
        "/api/directory/queries",
        json={"name": "Premium", "filter": 'segment = "Premium"', "shared_with": unit_id("north")},
        headers=AS_DORA,
    )

    created = (await within(10, lambda: made(http))).json()
    path = f"/api/campaigns/{created['campaign_id']}"
    asked = await http.post(
        f"{path}/clients/from-query",
        json={"query_id": saved.json()["query_id"], "potential": {"attribute": "assets", "percent": "12.5"}},
    )
    job = await within(60, lambda: worked_off(http, path, asked.json()["job_id"]))

    assert (job["total"], job["targeted"], job["skipped"]) == (NUMBER, NUMBER, 0)
    first = (await http.get(f"{path}/clients", params={"limit": 1})).json()["items"][0]
    assert first["potential"] == "125.00"


async def made(http):
    """The campaign, once the service has heard of its maker."""
    answer = await http.post("/api/campaigns", json=CAMPAIGN)
    return answer if answer.status_code == 201 else None


async def worked_off(http, path, job_id):
    job = (await http.get(f"{path}/jobs/{job_id}")).json()
    return job if job["targeted"] + job["skipped"] == job["total"] else None
