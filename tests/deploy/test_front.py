import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from deploy.embedded.front import create_front
from deploy.embedded.processes import free_port
from deploy.embedded.roles import Role

PORTAL = Role("portal", "services.portal", "/", 7)
REPORTING = Role("reporting", "services.reporting", "/api/reports", 5)


async def echo(request: Request) -> Response:
    told = {
        "path": request.scope["raw_path"].decode(),
        "query": request.url.query,
        "host": request.headers["host"],
        "headers": sorted(request.headers.keys()),
        "body": (await request.body()).decode(),
    }
    answer = JSONResponse(told, status_code=201)
    answer.raw_headers += [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    return answer


async def push(_: Request) -> Response:
    async def forever() -> AsyncIterator[bytes]:
        yield b"data: first\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(forever(), media_type="text/event-stream")


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    port = free_port()
    config = uvicorn.Config(app, port=port, log_level="critical", timeout_graceful_shutdown=1, ws="none")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


@asynccontextmanager
async def browsing() -> AsyncIterator[httpx.AsyncClient]:
    role = Starlette(
        routes=[
            Route("/readyz", lambda _: PlainTextResponse("")),
            Route("/push", push),
            Route("/{path:path}", echo, methods=["GET", "POST"]),
        ]
    )
    async with served(role) as address:
        front = create_front({PORTAL: address, REPORTING: f"http://127.0.0.1:{free_port()}"})
        async with served(front) as origin, httpx.AsyncClient(base_url=origin, timeout=5) as client:
            yield client


async def test_a_request_arrives_as_it_was_sent():
    async with browsing() as browser:
        answer = await browser.post(
            "/clients/a%2Fb?tri=nom&tri=date", content="Où ?", headers={"host": "jalon.example"}
        )

    told = answer.json()
    assert (told["path"], told["query"]) == ("/clients/a%2Fb", "tri=nom&tri=date")
    assert (told["host"], told["body"]) == ("jalon.example", "Où ?")
    assert "transfer-encoding" not in told["headers"]
    assert answer.status_code == 201
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


async def test_the_front_keeps_no_cookie_of_anybody():
    async with browsing() as browser:
        await browser.get("/")
        browser.cookies.clear()

        answer = await browser.get("/")

    assert "cookie" not in answer.json()["headers"]


async def test_live_push_comes_through_at_once():
    async with browsing() as browser, browser.stream("GET", "/push") as answer:
        first = await anext(answer.aiter_bytes())

    assert first == b"data: first\n\n"


async def test_a_role_that_does_not_answer_is_named():
    async with browsing() as browser:
        answer = await browser.get("/api/reports/pace")
        ready = await browser.get("/readyz")

    assert (answer.status_code, answer.json()["title"]) == (502, "reporting does not answer")
    assert (ready.status_code, ready.json()) == (503, {"portal": 200, "reporting": 0})
