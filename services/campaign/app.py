"""Wires the campaign service: the one place that knows every part of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from fastapi import FastAPI

from services.campaign import consumers
from services.campaign.api import (
    clients,
    csv_clients,
    definitions,
    documents,
    from_query,
    jobs,
    reading,
    spread,
    versions,
)
from services.campaign.api.door import Door, version_changed
from services.campaign.ports.pulling import Source
from services.campaign.settings import Settings
from services.campaign.store.client_finder import AskedClients
from services.campaign.store.documents import kept_documents
from services.campaign.store.jobs_under_way import jobs_under_way, stopping
from services.campaign.store.neighbours import AskedCalendars, AskedFollowUps, WatchedPeople
from services.campaign.store.pulling import PostgresPulls
from services.campaign.store.reading import PostgresCampaigns
from services.campaign.store.replicas import PostgresReplicas
from services.campaign.use_cases.saving import Desk, VersionChanged
from services.campaign.use_cases.target_by_query import PullClients
from services.campaign.use_cases.work_on_jobs import WorkOnJobs
from shared.runtime.clock import Clock
from shared.runtime.documents import keep_sweeping
from shared.runtime.http import service_app
from shared.runtime.service import Parts, Running

NAME = "campaign"
_POLL_SECONDS = 0.5


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service, connected while its lifespan lasts."""
    settings = settings or Settings()
    parts = Parts(settings, NAME)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with parts.running(app) as running:
            await _begin(app, settings, parts, running)
            app.state.health.started = True
            yield

    app = service_app(title="Campaign", version="1.0.0", lifespan=lifespan, settings=settings)
    stop = stopping(parts.database, Clock(settings.zone))
    app.include_router(parts.backlog("/api/campaigns", jobs_under_way(parts.database), stop))
    for part in (jobs, reading, versions, definitions, documents, clients, csv_clients, from_query, spread):
        app.include_router(part.router)
    app.add_exception_handler(VersionChanged, version_changed)  # type: ignore[arg-type]  # it gets that class only
    return app


async def _begin(app: FastAPI, settings: Settings, parts: Parts, running: Running) -> None:
    """Start the consumers, the work on jobs and the sweep of documents."""
    clock = Clock(settings.zone)
    files = kept_documents(parts.database, max_bytes=settings.max_document_bytes)
    campaigns = PostgresCampaigns(parts.database, parts.sweeps, files)
    asked, asked_to_pull = asyncio.Event(), asyncio.Event()

    def written() -> None:
        parts.written()
        asked.set()
        asked_to_pull.set()

    people, follow_ups = WatchedPeople(running.principals), AskedFollowUps(running.bus)
    app.state.door = Door(Desk(campaigns, people, follow_ups, files, clock), written, AskedCalendars(running.bus))
    replicas = PostgresReplicas(parts.database)
    await consumers.listen(running.bus, campaigns=campaigns, replicas=replicas, clock=clock, written=written)
    work = WorkOnJobs(campaigns, people, clock, timedelta(seconds=settings.unknown_client_seconds))
    running.background.start("campaign jobs", lambda: _keep_working(work, parts.written, asked))
    app.state.source = source = Source(AskedClients(running.bus), PostgresPulls(parts.database, parts.sweeps))
    pulling = PullClients(source, clock, campaigns)
    running.background.start("campaign queries", lambda: _keep_working(pulling, asked.set, asked_to_pull))
    swept = kept_documents(parts.sweeps, max_bytes=settings.max_document_bytes)
    running.background.start("campaign documents", lambda: keep_sweeping(swept, clock))


async def _keep_working(work: WorkOnJobs | PullClients, written: Callable[[], None], asked: asyncio.Event) -> None:
    """Work on chunks while there are any; look again when asked, and twice a second for what others left."""
    while True:
        asked.clear()
        while await work.work():
            written()
        with suppress(TimeoutError):
            # Not `wait_for`, which in Python 3.11 forgets to be cancelled when the event is set at that moment.
            async with asyncio.timeout(_POLL_SECONDS):
                await asked.wait()
