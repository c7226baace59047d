"""The campaign service on real PostgreSQL and NATS, asked through its ASGI app; its neighbours are fakes on NATS."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import httpx
import nats
import pytest
from fastapi import FastAPI
from nats.aio.msg import Msg

from services.campaign.app import create_app
from services.campaign.settings import Settings
from services.campaign.store.documents import kept_documents
from services.campaign.store.reading import PostgresCampaigns
from services.campaign.store.replicas import PostgresReplicas
from services.campaign.tables import metadata
from services.campaign.use_cases.saving import Desk
from shared.contracts.campaign import CampaignDefined, CampaignMoment, ClientsChanged, ClientsTargeted, ClientsWithdrawn
from shared.contracts.directory import HEARTBEAT_SUBJECT, ClientChanged, UserChanged
from shared.contracts.wire import CloudEvent
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.ids import client_id, user_id
from shared.runtime.clock import Clock, FixedClock
from shared.runtime.connection import known_to_server
from shared.runtime.database import Database
from shared.runtime.documents import keep_sweeping
from shared.runtime.messaging import Bus
from shared.runtime.principals import Principals, PrincipalsBucket, Stale
from shared.runtime.streams import type_of
from tests.support.fakes_campaign import FakeFollowUps, FakePeople, TokensAreNames, a_person

KINDS = {
    kind.type: kind for kind in (CampaignDefined, ClientsTargeted, ClientsWithdrawn, ClientsChanged, CampaignMoment)
}
NOW = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)
LILLE = ("network", "north", "lille")
ARRAS = ("network", "north", "arras")
NICE = ("network", "south", "nice")
PEOPLE = {
    "anne": a_person("anne", AccessLevel.OWN, path=LILLE),
    "louis": a_person("louis", AccessLevel.OWN, path=LILLE),
    "denis": a_person("denis", AccessLevel.OWN, path=ARRAS),
    "vera": a_person("vera", AccessLevel.OWN, path=NICE),
    "branch": a_person("branch", AccessLevel.UNIT, path=LILLE, manages=True),
    "north": a_person("north", AccessLevel.SUBTREE, path=("network", "north"), manages=True),
    "south": a_person("south", AccessLevel.SUBTREE, path=("network", "south"), manages=True),
    "boss": a_person("boss", AccessLevel.ALL, manages=True),
    "reader": a_person("reader", AccessLevel.ALL),
    "nobody": a_person("nobody"),
}
CLIENTS = {"c1": "anne", "c2": "anne", "c3": "louis", "c4": "denis", "c5": "vera"}
STEPS = [
    {"id": "call", "title": "Premier appel", "kind": "TASK", "checklist": [{"id": "id-card", "text": "Pièce d’identité",
     "mandatory": True}]},
    {"id": "remind", "title": "Relance", "kind": "REMINDER", "mandatory": False},
    {"id": "meet", "title": "Rendez-vous", "kind": "APPOINTMENT", "offers_next": True},
]  # fmt: skip


def a_campaign(**changes: Any) -> dict[str, Any]:
    """What one sends to create a campaign that runs on the tests' day."""
    return {
        "name": "Épargne longue",
        "start_date": "2026-04-01",
        "end_date": "2026-05-31",
        "steps": STEPS,
        "sales_step": "meet",
    } | changes


def a_user_changed(name: str, principal: Principal, *, revision: int = 1) -> UserChanged:
    return UserChanged(
        user_id=user_id(name),
        external_id=name,
        name=name.title(),
        unit_id=principal.unit_id,
        unit_path=principal.unit_path,
        revision=revision,
    )


def a_client_changed(
    name: str, advisor: str, *, revision: int = 1, erased: bool = False, active: bool = True
) -> ClientChanged:
    return ClientChanged(
        client_id=client_id(name),
        external_id=name,
        name=name.upper(),
        advisor_id=user_id(advisor),
        changed_at=NOW,
        revision=revision,
        erased=erased,
        active=active,
    )


@dataclass
class Door:
    """The running service; whoever speaks is named, and `crm` is the CRM."""

    http: httpx.AsyncClient
    app: FastAPI
    follow_ups: FakeFollowUps
    clock: FixedClock
    people: dict[str, Principal] = field(default_factory=dict)

    async def ask(self, method: str, path: str = "", *, by: str = "boss", **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {by}"} | more.pop("headers", {})
        return await self.http.request(method, f"/api/campaigns{path}", headers=headers, **more)

    async def create(self, *, by: str = "boss", **changes: Any) -> dict[str, Any]:
        answer = await self.ask("POST", by=by, json=a_campaign(**changes))
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    async def show(self, campaign_id: str, *, by: str = "boss") -> dict[str, Any]:
        answer = await self.ask("GET", f"/{campaign_id}", by=by)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def change(self, campaign: dict[str, Any], *, by: str = "boss", **changes: Any) -> httpx.Response:
        return await self.ask(
            "PUT",
            f"/{campaign['campaign_id']}",
            by=by,
            json=a_campaign(**changes),
            headers={"If-Match": f'"{campaign["version"]}"'},
        )

    async def target(self, campaign_id: str, clients: list[dict[str, Any]], *, by: str = "boss", **more: Any) -> Any:
        answer = await self.ask("POST", f"/{campaign_id}/clients", by=by, json={"clients": clients} | more)
        assert answer.status_code == 202, answer.text
        return await self.job_when_worked(campaign_id, answer.json()["job_id"], by=by)

    async def job_when_worked(self, campaign_id: str, job_id: str, *, by: str = "boss") -> dict[str, Any]:
        async with asyncio.timeout(20):
            while True:
                job: dict[str, Any] = (await self.ask("GET", f"/{campaign_id}/jobs/{job_id}", by=by)).json()
                if job["accepted"] + job["skipped"] >= job["total"]:
                    return job
                await asyncio.sleep(0.02)


def code_of(answer: httpx.Response) -> str:
    code: str = answer.json()["code"]
    return code


async def _until_ready(principals: Principals, settings: Settings) -> None:
    """Return once rights are watched: a role that stops before, as none does in earnest, may wait for ever on 3.11."""
    directory = await nats.connect(settings.nats_url)
    async with asyncio.timeout(10):
        while True:
            await directory.publish(HEARTBEAT_SUBJECT, b'{"revision": 0}')
            with suppress(Stale):
                await principals.ready()
                break
            await asyncio.sleep(0.01)
    await directory.close()


@asynccontextmanager
async def running(settings: Settings, follow_ups: FakeFollowUps) -> AsyncIterator[Door]:
    app = create_app(settings)
    people = dict(PEOPLE)
    clock = FixedClock(ZoneInfo("Europe/Paris"), NOW)
    async with served_by(app, people, clock):
        await _until_ready(app.state.security.principals, settings)
        app.state.security = TokensAreNames(people)
        door = app.state.door
        app.state.door = replace(door, desk=replace(door.desk, clock=clock))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://campaign", timeout=30) as http:
            yield Door(http, app, follow_ups, clock, people)


@asynccontextmanager
async def served_by(app: FastAPI, people: Mapping[str, Principal], clock: Clock) -> AsyncIterator[None]:
    """The service runs, and knows these people's rights instead of the directory's.

    Documents are swept by the clock they are sent by: by the real one they would be months old at once.
    """
    with (
        patch("services.campaign.app.WatchedPeople", lambda _: FakePeople(people)),
        patch("services.campaign.app.keep_sweeping", lambda files, _: keep_sweeping(files, clock)),
    ):
        async with app.router.lifespan_context(app):
            yield


@pytest.fixture
async def database(module_database: str) -> AsyncIterator[Database]:
    """The service's own connections to a database that knows the tests' people and clients, and nothing else."""
    database = Database(module_database, service="campaign", pool_size=4)
    async with database.transaction() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(table.delete())
    replicas = PostgresReplicas(database)
    await replicas.keep_users([a_user_changed(name, principal) for name, principal in PEOPLE.items()])
    await replicas.keep_clients([a_client_changed(name, advisor) for name, advisor in CLIENTS.items()])
    yield database
    await database.close()


@pytest.fixture
def settings(database: Database, module_database: str, nats_url: str) -> Settings:
    return Settings(database_url=module_database, nats_url=nats_url, unknown_client_seconds=0.2)


@pytest.fixture
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    bus = await Bus.connect(nats_url, name="test")
    await bus.ensure_streams()
    await PrincipalsBucket(bus).ensure()
    yield bus
    await bus.close()


@pytest.fixture
async def follow_ups(bus: Bus) -> FakeFollowUps:
    fake = FakeFollowUps()
    await fake.answer_on(bus)
    return fake


@pytest.fixture
async def door(settings: Settings, follow_ups: FakeFollowUps) -> AsyncIterator[Door]:
    async with running(settings, follow_ups) as door:
        yield door


@pytest.fixture
async def heard(door: Door, nats_url: str) -> AsyncIterator[Callable[[int], Awaitable[list[Any]]]]:
    """`await heard(n)`: the data of the service's events in their order, once `n` came, and no more than `n`."""
    client = await nats.connect(nats_url)
    events: list[Any] = []
    arrived = asyncio.Event()

    async def note(message: Msg) -> None:
        kind = KINDS[type_of(message.subject)]
        events.append(CloudEvent[kind].model_validate_json(message.data).data)  # type: ignore[valid-type]
        arrived.set()

    await client.subscribe("campaigns.campaign.>", cb=note)
    await known_to_server(client)

    async def wait(number: int) -> list[Any]:
        async with asyncio.timeout(5):
            while len(events) < number:
                arrived.clear()
                await arrived.wait()
        await client.flush()
        assert len(events) == number
        return events

    yield wait
    await client.close()


@pytest.fixture
def campaigns(database: Database) -> PostgresCampaigns:
    """The records of campaigns, without HTTP."""
    return PostgresCampaigns(database, database, kept_documents(database, max_bytes=1))


@pytest.fixture
def desk(campaigns: PostgresCampaigns, database: Database) -> Desk:
    """What use cases are given, on real records and beside fakes of the other services."""
    files = kept_documents(database, max_bytes=1)
    return Desk(campaigns, FakePeople(PEOPLE), FakeFollowUps(), files, FixedClock(ZoneInfo("Europe/Paris"), NOW))
