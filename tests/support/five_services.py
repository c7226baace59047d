"""The five services in this process on real PostgreSQL, NATS and Temporal, known to each other as they are in earnest.

Only the issuer is left out: a token is the external id of the person who speaks, and `crm` that of the host CRM.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from deploy.embedded.one_origin import OneOrigin
from deploy.embedded.roles import ROLES
from services.followup.engine import TemporalEngine, TemporalExecutions
from shared.runtime import temporal
from shared.runtime.messaging import Bus
from shared.runtime.security import CRM
from shared.runtime.tokens import Identity, InvalidToken, TokenVerifier
from workflows.settings import Settings as WorkerSettings
from workflows.worker import make_worker

SERVICES = ("directory", "campaign", "followup", "notification", "reporting")
_ROLES = {role.name: role for role in ROLES}
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers of a test are."""

    database_url: str
    nats_url: str
    temporal_address: str


@dataclass(slots=True)
class FiveServices:
    """The running services behind one origin."""

    apps: dict[str, FastAPI]
    origin: OneOrigin
    http: httpx.AsyncClient = field(repr=False)
    made: dict[tuple[str, ...], asyncio.Future[str]] = field(default_factory=dict)
    """Ids of what tests made once, by a key of their own."""

    async def ask(self, method: str, path: str, *, by: str | None = CRM, **more: Any) -> httpx.Response:
        """One request by this person, or by nobody; asked again when the busy process has not heard its heartbeat."""
        headers = ({} if by is None else {"Authorization": f"Bearer {by}"}) | (more.pop("headers", None) or {})
        async with asyncio.timeout(_WITHIN):
            while True:
                answer = await self.http.request(method, path, headers=headers, **more)
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or "rights_unavailable" not in answer.text:
                    return answer
                await asyncio.sleep(0.05)

    async def told(self, method: str, path: str, *, by: str = CRM, **more: Any) -> Any:
        """What a request that must succeed answers."""
        answer = await self.ask(method, path, by=by, **more)
        if not answer.is_success:
            raise RuntimeError(f"{method} {path} by {by}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    async def put(self, kind: str, *items: dict[str, Any]) -> None:
        """The CRM puts rows of the directory, and none may be refused."""
        answer = await self.told("PUT", f"/api/directory/{kind}", json={"items": list(items)})
        if answer["errors"]:
            raise RuntimeError(str(answer["errors"]))


@cache
def routes() -> list[str]:
    """Every route of the five services but the probes, as `GET /api/…/{id}`, in order."""
    found = {
        f"{method} {context.path}"
        for service in SERVICES
        for context in iter_route_contexts(_app_of(service).routes)
        if context.path not in _PROBES
        for method in context.methods or ()
    }
    return sorted(found, key=lambda route: (route.split()[1], route))


async def until(is_so: Callable[[], Awaitable[object]], *, within: float = _WITHIN) -> None:
    """Return once it is so; TimeoutError when it takes longer."""
    async with asyncio.timeout(within):
        while not await is_so():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def running_services(servers: Servers, **settings: Any) -> AsyncIterator[FiveServices]:
    """All of them with a worker, ready to answer; `settings` are given to each service that knows them."""
    task_queue = f"test-{uuid4().hex}"
    known = {name: getattr(servers, name) for name in Servers.__dataclass_fields__}
    with _on_task_queue(task_queue):
        apps = {name: _app_of(name, **known, **settings) for name in SERVICES}
    origin = OneOrigin({_ROLES[name]: app for name, app in apps.items()})
    async with _worker(servers, task_queue), origin._own.router.lifespan_context(origin._own):
        for app in apps.values():
            app.state.security = replace(app.state.security, verifier=TokensAreNames())
        await until(lambda: _all_ready(apps))
        transport = httpx.ASGITransport(origin, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://jalon", timeout=30) as http:
            yield FiveServices(apps, origin, http)


class TokensAreNames(TokenVerifier):
    """Stands in for the issuer's signature: a token is the subject, and `not a token` is none."""

    def __init__(self) -> None:
        """No keys are needed."""

    async def verify(self, token: str) -> Identity:
        """Whom the token names."""
        if " " in token:
            raise InvalidToken(token)
        scopes = frozenset({CRM}) if token == CRM else frozenset[str]()
        return Identity(token, scopes, expires_at=float("inf"))


def _app_of(service: str, **settings: Any) -> FastAPI:
    chosen = import_module(f"services.{service}.settings").Settings(**settings)
    app: FastAPI = import_module(f"services.{service}.app").create_app(chosen)
    return app


@contextmanager
def _on_task_queue(name: str) -> Iterator[None]:
    # The session's Temporal may hold executions of other tests, which no worker of ours should find.
    with (
        patch.dict(TemporalEngine.__init__.__kwdefaults__, task_queue=name),
        patch.dict(TemporalExecutions.__init__.__kwdefaults__, task_queue=name),
    ):
        yield


@asynccontextmanager
async def _worker(servers: Servers, task_queue: str) -> AsyncIterator[None]:
    settings = WorkerSettings(
        nats_url=servers.nats_url, temporal_address=servers.temporal_address, worker_workflow_tasks=8
    )
    bus = await Bus.connect(settings.nats_url, name="worker")
    client = await temporal.connect(settings, role="worker", lazy=False)
    try:
        async with make_worker(client, bus, settings, task_queue=task_queue):
            yield
    finally:
        await bus.close()


async def _all_ready(apps: dict[str, FastAPI]) -> bool:
    return not any([await app.state.health.failures() for app in apps.values()])
