"""Answers that never end, read piece by piece without a network: what httpx's own transport cannot do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.types import ASGIApp, Message


@dataclass(slots=True)
class Stream:
    """An answer that goes on."""

    status: int
    headers: list[tuple[bytes, bytes]]
    pieces: "asyncio.Queue[bytes | None]"
    """What was sent so far; None when the server ended it."""


@asynccontextmanager
async def streaming(
    app: ASGIApp, path: str, by: str | None, *, last_id: str | None = None, within: float = 10
) -> AsyncIterator[Stream]:
    """The answer to a GET, until the block ends: then the reader is gone."""
    gone, begun = asyncio.Event(), asyncio.get_running_loop().create_future()
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            begun.set_result(Stream(message["status"], list(message["headers"]), pieces))
            return
        if message.get("body"):
            pieces.put_nowait(message["body"])
        if not message.get("more_body", False):
            pieces.put_nowait(None)

    serving = asyncio.ensure_future(app(_scope(path, by, last_id), receive, send))
    try:
        async with asyncio.timeout(within):
            yield await begun
    finally:
        gone.set()
        await asyncio.wait_for(serving, 10)


async def beginning(
    app: ASGIApp, path: str, by: str | None, *, pieces: int, last_id: str | None = None
) -> httpx.Response:
    """An answer's first pieces, or all of one that has fewer."""
    read: list[bytes] = []
    async with streaming(app, path, by, last_id=last_id) as stream:
        while len(read) < pieces and (piece := await stream.pieces.get()) is not None:
            read.append(piece)
    request = httpx.Request("GET", f"http://jalon{path}")
    return httpx.Response(stream.status, headers=stream.headers, content=b"".join(read), request=request)


def _scope(path: str, by: str | None, last_id: str | None) -> dict[str, Any]:
    path, _, query = path.partition("?")
    resumed = [] if last_id is None else [(b"last-event-id", last_id.encode())]
    headers = [] if by is None else [(b"authorization", f"Bearer {by}".encode())]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"jalon"), *headers, *resumed],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
