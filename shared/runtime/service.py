"""What every service has while it runs: its database, its bus, its relay, its loops, and who its callers are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI

from shared.runtime.background import Background
from shared.runtime.database import Database
from shared.runtime.messaging import Bus
from shared.runtime.principals import Principals
from shared.runtime.relay import Relay
from shared.runtime.security import Security
from shared.runtime.settings import Settings
from shared.runtime.tokens import TokenVerifier

_BACKGROUND_CONNECTIONS = 3


@dataclass(frozen=True, slots=True)
class Running:
    """The connected parts of one service; `sweeps` is the database in the role of background loops."""

    database: Database
    sweeps: Database
    bus: Bus
    relay: Relay
    background: Background


@asynccontextmanager
async def running(app: FastAPI, settings: Settings, name: str) -> AsyncIterator[Running]:
    """Connect; let callers in by their present rights; relay what is written; and undo it all in order.

    The service sets `app.state.health.started` once its own parts run.
    """
    database = Database(settings.database_url, service=name, pool_size=settings.db_pool_size)
    sweeps = Database(settings.database_url, service=name, pool_size=_BACKGROUND_CONNECTIONS, background=True)
    bus = await Bus.connect(settings.nats_url, name=name, replicas=settings.nats_replicas)
    verifier = TokenVerifier(settings)
    principals = Principals(bus)
    relay = Relay(sweeps, bus)
    try:
        await bus.ensure_streams()
        app.state.security = Security(verifier, principals)
        for check, ask in (("database", database.ready), ("nats", bus.ready), ("rights", principals.ready)):
            app.state.health.add(check, ask)
        async with Background() as background:
            background.start(f"{name} relay", relay.run)
            await principals.start()
            yield Running(database, sweeps, bus, relay, background)
            app.state.health.started = False
            await principals.stop()
    finally:
        await verifier.close()
        await bus.close()
        await sweeps.close()
        await database.close()
