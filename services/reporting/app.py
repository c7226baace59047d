"""Wires reporting: the one place that knows every part of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from fastapi import FastAPI

from services.reporting.api import (
    create_router,
    forecast_routes,
    listing_routes,
    live_routes,
    reconciliation_routes,
    summary_routes,
    tree_routes,
)
from services.reporting.api.exports import export_routes
from services.reporting.consumers import BusFactSource, BusFollowUpOwner, listen
from services.reporting.exporting.running import ExportRunner, Present
from services.reporting.settings import Settings
from services.reporting.store.checks import PostgresChecks
from services.reporting.store.exports import PostgresExports, PostgresFiles
from services.reporting.store.figures import PostgresReadings
from services.reporting.store.forecasting import PostgresForecasting
from services.reporting.store.held import PostgresHeldFollowUps
from services.reporting.store.jobs_under_way import jobs_under_way, stopping
from services.reporting.store.ledger import PostgresLedgers
from services.reporting.store.live import PostgresChanges
from services.reporting.store.measures import LIVE_STREAMS
from services.reporting.store.orders import AskedOrders
from services.reporting.store.places import PostgresPlaces
from services.reporting.store.reconciling import PostgresReconciliations
from services.reporting.store.replicas import PostgresReplicas
from services.reporting.use_cases.checks import refill_page
from services.reporting.use_cases.exports import AskExports
from services.reporting.use_cases.live import LiveFigures
from services.reporting.use_cases.reconcile import Reconciler, ask_by_schedule
from services.reporting.use_cases.regroup import regroup_all
from services.reporting.writers.summary import charts_of
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.http import service_app
from shared.runtime.service import Parts, Running

NAME = "reporting"
_BACKGROUND_CONNECTIONS = 5
_LOOK_EVERY = 1.0
_FORGET_EVERY = 600.0
_LARGEST_FILE = 200 * 1024 * 1024


def create_app(settings: Settings | None = None) -> FastAPI:
    """Reporting, connected while its lifespan lasts."""
    settings = settings or Settings()
    clock = Clock(settings.zone)
    orders = AskedOrders()
    parts = Parts(settings, NAME, publishes=False, sweeping=_BACKGROUND_CONNECTIONS)
    to_make = asyncio.Event()
    live = LiveFigures(
        PostgresChanges(parts.database),
        clock,
        pause=settings.reporting_live_poll_seconds,
        between=settings.reporting_live_seconds,
        heartbeat=settings.reporting_live_heartbeat_seconds,
        count=LIVE_STREAMS.set,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with parts.running(app) as running:
            orders.connect(running.bus)
            await _begin(settings, clock, parts.sweeps, running)
            _begin_exports(settings, clock, parts.sweeps, running, present=app.state.security.present, to_make=to_make)
            running.background.start("reporting live figures", live.watch)
            app.state.health.started = True
            yield

    app = service_app(title="Reporting", version="1.0.0", lifespan=lifespan, settings=settings)
    app.include_router(
        parts.backlog("/api/reports", jobs_under_way(parts.database), stopping(parts.database, clock.now))
    )
    app.include_router(create_router(PostgresReadings(parts.database), PostgresChecks(parts.database), orders, clock))
    app.include_router(summary_routes(PostgresReadings(parts.database), clock, charts_of))
    app.include_router(tree_routes(PostgresReadings(parts.database), clock))
    app.include_router(listing_routes(PostgresReadings(parts.database), clock))
    ask = AskExports(
        PostgresExports(parts.database),
        PostgresFiles(parts.database, max_bytes=_LARGEST_FILE),
        PostgresReadings(parts.database),
        clock,
        clock.now,
        written=to_make.set,
    )
    app.include_router(export_routes(ask))
    app.include_router(forecast_routes(PostgresForecasting(parts.database), clock))
    app.include_router(reconciliation_routes(PostgresReconciliations(parts.database), clock))
    app.include_router(live_routes(live, clock.today, per_person=settings.reporting_live_streams_per_person))
    return app


async def _begin(settings: Settings, clock: Clock, sweeps: Database, running: Running) -> None:
    """Start the consumers and the loops."""
    ledgers, checks, source = PostgresLedgers(sweeps), PostgresChecks(sweeps), BusFactSource(running.bus)
    defined = asyncio.Event()

    async def regroup() -> None:
        await regroup_all(ledgers, chunk=settings.reporting_regroup_size, now=clock.now())

    async def refill() -> None:
        more = True
        while more:
            reached = await refill_page(checks, source, ledgers, clock.now())
            more = reached is not None and not reached.ended

    await listen(
        running.bus,
        ledgers,
        PostgresReplicas(sweeps),
        PostgresPlaces(sweeps),
        batch=settings.reporting_batch_size,
        pause=settings.reporting_pause_seconds,
        on_definition=defined.set,
    )
    running.background.start("reporting regrouping", lambda: _again_and_again(regroup, defined))
    running.background.start("reporting refill", lambda: _again_and_again(refill, asyncio.Event()))
    reconciler = reconciler_of(settings, clock, sweeps, BusFollowUpOwner(running.bus))

    async def reconcile() -> None:
        await ask_by_schedule(reconciler.runs, clock, settings.reconcile_at)
        more = True
        while more:
            more = await reconciler.step()
            await asyncio.sleep(settings.reporting_reconcile_pause_seconds)

    running.background.start("reporting reconciliation", lambda: _again_and_again(reconcile, asyncio.Event()))


def reconciler_of(settings: Settings, clock: Clock, database: Database, owner: BusFollowUpOwner) -> Reconciler:
    """What compares, piece by piece."""
    return Reconciler(
        runs=PostgresReconciliations(database),
        held=PostgresHeldFollowUps(database),
        owner=owner,
        checks=PostgresChecks(database),
        ledgers=PostgresLedgers(database),
        now=clock.now,
        settle=timedelta(seconds=settings.reporting_reconcile_settle_seconds),
    )


def _begin_exports(
    settings: Settings, clock: Clock, sweeps: Database, running: Running, *, present: Present, to_make: asyncio.Event
) -> None:
    """Make files, one at a time, and forget them when their time is over."""
    exports, files = PostgresExports(sweeps), PostgresFiles(sweeps, max_bytes=_LARGEST_FILE)
    runner = ExportRunner(
        exports=exports,
        files=files,
        present=present,
        now=clock.now,
        database_url=settings.database_url,
        zone=settings.jalon_timezone,
        seconds=settings.reporting_export_seconds,
        megabytes=settings.reporting_export_megabytes,
    )

    async def make() -> None:
        while await runner.run_next():
            pass

    async def forget() -> None:
        while True:
            before = clock.now() - timedelta(hours=settings.reporting_export_hours)
            while await files.sweep(before) + await exports.forget(before):
                pass
            await asyncio.sleep(_FORGET_EVERY)

    running.background.start("reporting exports", lambda: _again_and_again(make, to_make))
    running.background.start("reporting files", forget)


async def _again_and_again(work: Callable[[], Awaitable[None]], hint: asyncio.Event) -> None:
    """Work at each hint, and at least every second: another replica may have been asked."""
    while True:
        await work()
        with suppress(TimeoutError):
            await asyncio.wait_for(hint.wait(), _LOOK_EVERY)
        hint.clear()
