"""The HTTP door of a follow-up service on real servers, asked as whoever a test wants to be."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from services.followup.api import (
    attachment_routes,
    command_routes,
    feed_routes,
    follow_up_routes,
    interaction_routes,
    signal_routes,
    timeline_routes,
)
from services.followup.settings import Settings
from services.followup.store.attachments import PostgresAttachments
from services.followup.store.feeds import PostgresFeeds
from services.followup.store.interactions import PostgresInteractions
from services.followup.store.timelines import PostgresTimelines
from services.followup.use_cases.attach_files import AttachFiles
from services.followup.use_cases.calendar_feed import CalendarFeeds
from services.followup.use_cases.take_commands import TakeCommands
from shared.rulebook.access import AccessLevel, Principal
from shared.runtime.http import service_app
from shared.runtime.security import current_principal
from tests.integration.followup.world import World

PATH = ("network", "north", "lille")
EVERYBODY = Principal("5a0c7a0e-0000-4000-8000-00000000000d", "lille", PATH, True, AccessLevel.ALL)


CRM = Principal("crm", "", (), crm=True)
PARK_FOR = timedelta(days=2)
"""How long this door parks what is early."""
MOST_BYTES = 1000
"""The largest file that this door takes."""


@dataclass(slots=True)
class Door:
    """Asks as `asker`."""

    http: httpx.AsyncClient
    asker: Principal = EVERYBODY

    async def command(self, follow_up: str, kind: str, *, key: str | None = None, **fields: Any) -> httpx.Response:
        """Ask for a command."""
        headers = {} if key is None else {"Idempotency-Key": key}
        path = f"/api/followups/{follow_up}/commands"
        return await self.http.post(path, json={"kind": kind, **fields}, headers=headers)

    async def did(self, follow_up: str, kind: str, **fields: Any) -> dict[str, Any]:
        """The answer to a command that was applied."""
        answer = await self.command(follow_up, kind, **fields)
        told: dict[str, Any] = answer.json()
        assert (answer.status_code, told["verdict"]) == (200, "applied"), told
        return told

    async def get(self, path: str, **parameters: Any) -> Any:
        """What a page under /api/followups answers."""
        answer = await self.http.get(f"/api/followups/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def interactions(self, follow_up: str) -> dict[str, dict[str, Any]]:
        """All interactions by their keys."""
        return {one["key"]: one for one in (await self.get(f"{follow_up}/interactions"))["items"]}


@asynccontextmanager
async def a_door(world: World) -> AsyncIterator[Door]:
    """The routes over the world's own parts."""
    app = service_app(title="Follow-ups", version="1", lifespan=_nothing, settings=Settings())
    interactions = PostgresInteractions(world.database)
    files = PostgresAttachments(world.database, max_bytes=MOST_BYTES)
    take = TakeCommands(world.desk, world.reading, interactions, files, world.clock)
    app.include_router(signal_routes(world.desk, world.log, world.clock, park_for=PARK_FOR))
    app.include_router(command_routes(take, world.log, world.reading, world.clock))
    feeds = CalendarFeeds(PostgresFeeds(world.database), world.reading, world.rights, world.clock)
    app.include_router(feed_routes(feeds, "https://jalon.example/"))
    app.include_router(follow_up_routes(world.reading, world.clock))
    app.include_router(interaction_routes(world.reading, interactions, world.clock))
    app.include_router(attachment_routes(AttachFiles(files, world.reading, world.clock), files))
    app.include_router(timeline_routes(world.reading, PostgresTimelines(world.database)))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        door = Door(http)
        app.dependency_overrides[current_principal] = lambda: door.asker
        yield door


@asynccontextmanager
async def _nothing(app: FastAPI) -> AsyncIterator[None]:
    yield
