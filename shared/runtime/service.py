"""What every service is made of: its database, its bus, its relay, its loops, and who its callers are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI

from shared.runtime.background import Background
from shared.runtime.backlog_route import backlog_router
from shared.runtime.database import Database
from shared.runtime.jobs_under_way import JobsUnderWay, StopJob
from shared.runtime.messaging import Bus
from shared.runtime.operator_routes import parked_router, stopping_router
from shared.runtime.principals import Principals
from shared.runtime.problems import Unavailable
from shared.runtime.relay import Relay
from shared.runtime.security import Security
from shared.runtime.settings import Settings
from shared.runtime.tokens import TokenVerifier


@dataclass(frozen=True, slots=True)
class Running:
    """The connected parts."""

    bus: Bus
    background: Background
    principals: Principals


class Parts:
    """The parts of service `name`, made before anything is connected, so that routes can be wired to them.

    `sweeps` is the database in the role of background loops. A service that `publishes` has an outbox and a relay.
    """

    def __init__(self, settings: Settings, name: str, *, publishes: bool = True, sweeping: int = 3) -> None:
        self.database = Database(settings.database_url, service=name, pool_size=settings.db_pool_size)
        self.sweeps = Database(settings.database_url, service=name, pool_size=sweeping, background=True)
        self._publishes = publishes
        self._settings = settings
        self._name = name
        self._relay: Relay | None = None
        self._bus: Bus | None = None

    def backlog(self, prefix: str, jobs: JobsUnderWay | None = None, stop: StopJob | None = None) -> APIRouter:
        """The routes by which operators see and handle what waits here, `jobs` too.

        They come before those of the service that have an id in their place.
        """
        outbox = self.sweeps if self._publishes else None
        router = APIRouter()
        router.include_router(backlog_router(prefix, self._name, outbox=outbox, bus=self._connected, jobs=jobs))
        router.include_router(parked_router(prefix, self._connected))
        if stop is not None:
            router.include_router(stopping_router(prefix, stop))
        return router

    def _connected(self) -> Bus:
        """Raises Unavailable while NATS is away."""
        if self._bus is None or not self._bus.connected:
            raise Unavailable("service_unavailable")
        return self._bus

    def written(self) -> None:
        """Say that events were committed, so that they leave at once."""
        if self._relay is not None:
            self._relay.nudge()

    @asynccontextmanager
    async def running(self, app: FastAPI) -> AsyncIterator[Running]:
        """Connect, let callers in by their present rights, relay what is written; and undo it all in order.

        The service sets `app.state.health.started` once its own loops and consumers run.
        """
        settings, name = self._settings, self._name
        bus = await Bus.connect(settings.nats_url, name=name, replicas=settings.nats_replicas)
        self._bus = bus
        verifier = TokenVerifier(settings)
        principals = Principals(bus)
        try:
            await bus.ensure_streams()
            app.state.security = Security(verifier, principals)
            for check, ask in (("database", self.database.ready), ("nats", bus.ready), ("rights", principals.ready)):
                app.state.health.add(check, ask)
            async with Background() as background:
                if self._publishes:
                    self._relay = Relay(self.sweeps, bus)
                    background.start(f"{name} relay", self._relay.run)
                await principals.start()
                yield Running(bus, background, principals)
                app.state.health.started = False
                await bus.stop_consuming()
                await principals.stop()
        finally:
            self._relay = self._bus = None
            await verifier.close()
            await bus.close()
            await self.sweeps.close()
            await self.database.close()
