from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from deploy.embedded.one_origin import OneOrigin
from deploy.embedded.roles import Role, role_of

PORTAL = Role("portal", "services.portal", "/", 7)
CAMPAIGN = Role("campaign", "services.campaign", "/api/campaigns", 2)


def an_app(name: str, *, ready: int = 200) -> Starlette:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, str]]:
        yield {"started": name}

    def tell(request: Request) -> JSONResponse:
        return JSONResponse({"role": name, "path": request.url.path, "started": request.state.started})

    routes = [Route("/readyz", lambda _: PlainTextResponse("", status_code=ready)), Route("/{path:path}", tell)]
    return Starlette(routes=routes, lifespan=lifespan)


@asynccontextmanager
async def browsing(host: OneOrigin) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(host)
    async with (
        host._own.router.lifespan_context(host._own),
        httpx.AsyncClient(transport=transport, base_url="http://jalon") as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/", "portal"),
        ("/api/campaigns", "campaign"),
        ("/api/campaigns/7/steps", "campaign"),
        ("/api/campaignsofold", "portal"),
    ],
)
async def test_the_longest_prefix_wins_and_the_path_is_left_alone(path, role):
    async with browsing(OneOrigin({PORTAL: an_app("portal"), CAMPAIGN: an_app("campaign")})) as browser:
        answer = await browser.get(path)

    assert answer.json() == {"role": role, "path": path, "started": role}


@pytest.mark.parametrize(("campaign", "status"), [(200, 200), (503, 503)])
async def test_the_host_is_ready_when_all_its_roles_are(campaign, status):
    async with browsing(OneOrigin({PORTAL: an_app("portal"), CAMPAIGN: an_app("x", ready=campaign)})) as browser:
        answer = await browser.get("/readyz")

    assert (answer.status_code, answer.json()) == (status, {"portal": 200, "campaign": campaign})


def test_a_path_that_no_role_covers_has_none():
    assert role_of("/elsewhere", [CAMPAIGN]) is None
