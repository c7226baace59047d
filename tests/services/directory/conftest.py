"""The directory on real PostgreSQL and NATS, asked through its ASGI app."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import nats
import pytest
from fastapi import FastAPI
from nats.aio.msg import Msg
from psycopg import AsyncConnection
from sqlalchemy import make_url

from services.directory.app import create_app
from services.directory.settings import Settings
from services.directory.tables import metadata
from shared.contracts.directory import CalendarChanged, ClientChanged, PrincipalRecord, UnitChanged, UserChanged
from shared.contracts.wire import CloudEvent
from shared.rulebook.access import Principal
from shared.rulebook.ids import user_id
from shared.runtime.connection import known_to_server
from shared.runtime.database import Database
from shared.runtime.principals import Principals
from shared.runtime.streams import type_of
from tests.support.fakes_directory import TokensAreNames

KINDS = {kind.type: kind for kind in (UnitChanged, UserChanged, ClientChanged, CalendarChanged)}
NETWORK = [
    {"external_id": "network", "name": "Réseau"},
    {"external_id": "north", "name": "Nord", "parent": "network"},
    {"external_id": "lille", "name": "Lille", "parent": "north"},
    {"external_id": "arras", "name": "Arras", "parent": "north"},
    {"external_id": "south", "name": "Sud", "parent": "network"},
]
PROFILES = [
    {"external_id": "advisor", "name": "Conseiller", "access_level": "OWN"},
    {"external_id": "manager", "name": "Responsable", "access_level": "SUBTREE", "manage_campaigns": True},
]


def a_user(external_id: str, unit: str = "lille", profile: str = "advisor", **changes: Any) -> dict[str, Any]:
    return {"external_id": external_id, "name": external_id.title(), "unit": unit, "profile": profile} | changes


def a_client(external_id: str, advisor: str = "anne", **changes: Any) -> dict[str, Any]:
    return {"external_id": external_id, "name": external_id.title(), "advisor": advisor} | changes


@dataclass
class Door:
    """The running directory; whoever speaks is named, and `crm` is the CRM."""

    http: httpx.AsyncClient
    app: FastAPI
    principals: Principals
    """What the directory, like every service, holds of the bucket."""
    people: dict[str, Principal] = field(default_factory=dict)

    async def put(self, what: str, items: list[Any], *, by: str = "crm") -> dict[str, Any]:
        answer = await self.http.put(f"/api/directory/{what}", json={"items": items}, headers=self._as(by))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def get(self, path: str, *, by: str = "crm", **params: Any) -> httpx.Response:
        return await self.http.get(f"/api/directory/{path}", params=params, headers=self._as(by))

    async def set_up_network(self) -> None:
        await self.put("units", NETWORK)
        await self.put("profiles", PROFILES)

    def _as(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {name}"}


@asynccontextmanager
async def running(app: FastAPI, people: dict[str, Principal]) -> AsyncIterator[Door]:
    async with app.router.lifespan_context(app):
        principals = app.state.security.principals
        await _ready(app)
        app.state.security = TokensAreNames(people)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://directory") as http:
            yield Door(http, app, principals, people)


async def _ready(app: FastAPI) -> None:
    async with asyncio.timeout(20):
        while await app.state.health.failures():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def emptied(url: str) -> AsyncIterator[Database]:
    """The service's own connections to a database without rows."""
    # The service itself may not delete from its audit.
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    async with await AsyncConnection.connect(plain, autocommit=True) as administrator:
        await administrator.execute("truncate directory.rights_changes")
    database = Database(url, service="directory", pool_size=2)
    async with database.transaction() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name not in {"principals_told", "rights_changes"}:
                await connection.execute(table.delete())
    yield database
    await database.close()


@pytest.fixture
async def database(module_database: str) -> AsyncIterator[Database]:
    async with emptied(module_database) as database:
        yield database


@pytest.fixture
def settings(database: Database, module_database: str, nats_url: str) -> Settings:
    return Settings(database_url=module_database, nats_url=nats_url)


@pytest.fixture
async def door(settings: Settings) -> AsyncIterator[Door]:
    async with running(create_app(settings), {}) as door:
        yield door


@pytest.fixture
async def watch(door: Door) -> Callable[..., Awaitable[PrincipalRecord | None]]:
    """`await watch(name, condition)`: another service's view of somebody's rights, once the condition holds of it."""
    principals: Principals = door.principals

    async def until(
        name: str, condition: Callable[[PrincipalRecord | None], bool], *, within: float = 1.0
    ) -> PrincipalRecord | None:
        async with asyncio.timeout(within):
            while not condition(principals.get(user_id(name))):
                await asyncio.sleep(0.01)
        return principals.get(user_id(name))

    return until


@pytest.fixture
async def heard(door: Door, nats_url: str) -> AsyncIterator[Callable[[int], Awaitable[dict[str, list[Any]]]]]:
    """`await heard(n)`: the events of the directory by kind, once `n` of them were published, and no more than `n`."""
    client = await nats.connect(nats_url)
    events: list[Any] = []

    async def note(message: Msg) -> None:
        kind = KINDS[type_of(message.subject)]
        events.append(CloudEvent[kind].model_validate_json(message.data))  # type: ignore[valid-type]

    await client.subscribe("campaigns.directory.>", cb=note)
    await known_to_server(client)

    async def wait(number: int) -> dict[str, list[Any]]:
        async with asyncio.timeout(3):
            while len(events) < number:
                await asyncio.sleep(0.01)
        await client.flush()
        assert len(events) == number
        return {kind.__name__: [event for event in events if isinstance(event.data, kind)] for kind in KINDS.values()}

    yield wait
    await client.close()
