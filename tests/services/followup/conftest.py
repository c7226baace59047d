"""The follow-up service with fakes behind its ports, asked through its routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI

from services.followup.api import (
    command_routes,
    follow_up_routes,
    interaction_routes,
    link_routes,
    signal_routes,
    timeline_routes,
)
from services.followup.ports import Known
from services.followup.settings import Settings
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.flow import Flow
from services.followup.use_cases.link_holdings import LinkHoldingsOf
from services.followup.use_cases.send import Sender
from services.followup.use_cases.take_commands import TakeCommands
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.ids import client_id, follow_up_id
from shared.runtime.clock import Clock
from shared.runtime.http import service_app
from shared.runtime.security import crm_principal, current_principal
from tests.integration.followup.world import STEPS, a_definition
from tests.support.fakes_followup import FakeCommandLog, FakeEngine, FakeReading
from tests.support.fakes_followup_interactions import FakeAttachments, FakeInteractions, FakeTimelines
from tests.support.fakes_holdings import FakeHoldings

PARIS = ZoneInfo("Europe/Paris")
CAMPAIGN = "5a0c7a0e-0000-4000-8000-000000000001"
PATH = ("network", "north", "lille")
ANNE = Principal("5a0c7a0e-0000-4000-8000-00000000000a", "lille", PATH, access_level=AccessLevel.OWN)
MANAGER = Principal("5a0c7a0e-0000-4000-8000-00000000000b", "lille", PATH, True, AccessLevel.SUBTREE)
STRANGER = Principal("5a0c7a0e-0000-4000-8000-00000000000c", "nice", ("network", "nice"), True, AccessLevel.UNIT)


@dataclass(slots=True)
class Service:
    """The service, its fakes, and who asks."""

    log: FakeCommandLog
    engine: FakeEngine
    reading: FakeReading
    holdings: FakeHoldings
    desk: CommandDesk
    clock: Clock
    asker: Principal
    http: httpx.AsyncClient

    def a_follow_up(self, client: str = "client-1", *, entry: date | None = None, advisor: Principal = ANNE) -> str:
        """A follow-up of the campaign, its execution not started yet."""
        id_ = follow_up_id(CAMPAIGN, client_id(client))
        self.log.known[id_] = Known(
            follow_up_id=id_,
            campaign_id=CAMPAIGN,
            client_id=client_id(client),
            state=FollowUp(
                number=1,
                entry_date=entry or self.clock.today() - timedelta(days=20),
                potential=Decimal("1000.00"),
                initial_potential=Decimal("1000.00"),
                advisor_id=advisor.user_id,
            ),
            known_version=1,
            started=False,
            plan=self.reading.definition.plan(),
        )
        self.log.advisors[id_] = (advisor.user_id, advisor.unit_path)
        return id_

    async def command(self, follow_up: str, kind: str, *, key: str | None = None, **fields: Any) -> httpx.Response:
        """Ask for a command."""
        headers = {} if key is None else {"Idempotency-Key": key}
        path = f"/api/followups/{follow_up}/commands"
        return await self.http.post(path, json={"kind": kind, **fields}, headers=headers)

    async def signals(self, *signals: Any) -> httpx.Response:
        """Send signals as the CRM."""
        self.asker = crm_principal()
        return await self.http.post("/api/followups/signals", json={"signals": list(signals)})


def a_signal(**changes: Any) -> dict[str, Any]:
    """A step completed yesterday."""
    return {
        "id": str(uuid4()),
        "type": "step_completed",
        "campaign": CAMPAIGN,
        "client": "client-1",
        "step": "first-call",
        "occurred_at": (datetime.now(UTC) - timedelta(days=1)).isoformat(),
    } | changes


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """The routes over fakes."""
    clock = Clock(PARIS)
    log, engine = FakeCommandLog(clock), FakeEngine()
    reading = FakeReading(log, a_definition(CAMPAIGN, steps=STEPS))
    interactions = FakeInteractions()
    sender = Sender(engine, clock, deadline=timedelta(seconds=8))
    desk = CommandDesk(log, sender, Flow(32), answer_within=timedelta(seconds=8))
    app = service_app(title="Follow-ups", version="1", lifespan=_nothing, settings=Settings())
    app.include_router(signal_routes(desk, log, clock, park_for=timedelta(hours=1)))
    take, holdings = TakeCommands(desk, reading, interactions, FakeAttachments(), clock), FakeHoldings()
    app.include_router(command_routes(take, log, reading, clock))
    app.include_router(link_routes(LinkHoldingsOf(take, reading, holdings)))
    app.include_router(follow_up_routes(reading, clock))
    app.include_router(interaction_routes(reading, interactions, clock))
    app.include_router(timeline_routes(reading, FakeTimelines()))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        made = Service(log, engine, reading, holdings, desk, clock, ANNE, http)
        app.dependency_overrides[current_principal] = lambda: made.asker
        yield made
        await desk.close()


@asynccontextmanager
async def _nothing(app: FastAPI) -> AsyncIterator[None]:
    yield
