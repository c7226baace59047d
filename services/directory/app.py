"""Wires the directory: the one place that knows every part of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.directory.api.administration import administration_router
from services.directory.api.calendars import calendar_router
from services.directory.api.csv_import import csv_router
from services.directory.api.holdings import holdings_router
from services.directory.api.put import put_router
from services.directory.api.queries import Queries, query_changed, saved_queries_router
from services.directory.api.read import read_router
from services.directory.api.results import results_router
from services.directory.api.revisions import version_changed
from services.directory.consumers import answer_addresses, answer_queries, answer_questions, rights_of
from services.directory.settings import Settings
from services.directory.store.addresses import PostgresAddresses
from services.directory.store.bucket import NatsPrincipalsBucket
from services.directory.store.calendars import PostgresCalendars
from services.directory.store.client_queries import PostgresClientQueries
from services.directory.store.principals import PostgresPrincipalChanges
from services.directory.store.records import PostgresDirectory
from services.directory.store.saved_queries import PostgresSavedQueries
from services.directory.use_cases.administer import VersionChanged
from services.directory.use_cases.hand_out import HandOut
from services.directory.use_cases.save_queries import QueryChanged, Shelf
from services.directory.use_cases.tell_principals import keep_told
from shared.runtime.clock import Clock
from shared.runtime.http import service_app
from shared.runtime.service import Parts

NAME = "directory"


def create_app(settings: Settings | None = None) -> FastAPI:
    """The directory, connected while its lifespan lasts."""
    settings = settings or Settings()
    parts = Parts(settings, NAME)
    nudged = asyncio.Event()

    def written() -> None:
        parts.written()
        nudged.set()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with parts.running(app) as running:
            bucket = NatsPrincipalsBucket(running.bus, replicas=settings.nats_replicas)
            changes = PostgresPrincipalChanges(parts.sweeps)
            await answer_questions(running.bus, directory, calendars)
            await answer_addresses(running.bus, PostgresAddresses(parts.database))
            hand_out = HandOut(shelf.clients, shelf.saved, rights_of(running.principals))
            await answer_queries(running.bus, hand_out)
            running.background.start("directory principals", lambda: keep_told(changes, bucket, nudged))
            app.state.health.started = True
            yield

    directory, calendars = PostgresDirectory(parts.database), PostgresCalendars(parts.database)
    shelf = Shelf(PostgresSavedQueries(parts.database), PostgresClientQueries(parts.database))
    app = service_app(title="Directory", version="1.0.0", lifespan=lifespan, settings=settings)
    app.include_router(parts.backlog("/api/directory"))
    clock = Clock(settings.zone)
    app.include_router(put_router(directory, clock, written))
    app.include_router(csv_router(directory, PostgresDirectory(parts.database, keeps=False), clock, written))
    app.include_router(read_router(directory))
    app.include_router(holdings_router(directory))
    app.include_router(calendar_router(calendars, clock, parts.written))
    app.include_router(administration_router(directory, clock, written))
    app.add_exception_handler(VersionChanged, version_changed)  # type: ignore[arg-type]  # it gets that class only
    queries = Queries(shelf, clock)
    app.include_router(results_router(queries))
    app.include_router(saved_queries_router(queries))
    app.add_exception_handler(QueryChanged, query_changed)  # type: ignore[arg-type]  # it gets that class only
    return app
