"""A lean HTTP/1.1 client: what the generator of load spends is taken from the product on the same machine."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit


class UnexpectedAnswerError(Exception):
    """The product did not do what was asked."""


class Connections:
    """A pool of kept-alive connections to one origin."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, method: str, path: str, token: str, body: Any = None, **headers: str) -> Any:
        """The parsed body of a 2xx answer other than 202 *pending*; UnexpectedAnswerError for any other."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", f"Authorization: Bearer {token}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}", "", ""]
        async with self._connection() as (reader, writer):
            writer.write("\r\n".join(lines).encode() + content)
            status, answer = await _answer(reader)
        if status not in (200, 201) and not (status == 202 and b'"pending"' not in answer):  # noqa: PLR2004
            raise UnexpectedAnswerError(f"{method} {path}: {status} {answer[:500].decode(errors='replace')}")
        return json.loads(answer)

    def close(self) -> None:
        """Close all connections."""
        for _, writer in self._free:
            writer.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        while self._free and self._free[-1][0].at_eof():
            self._free.pop()[1].close()  # the server closes what was idle for some seconds
        pair = self._free.pop() if self._free else await asyncio.open_connection(self._host, self._port)
        yield pair
        self._free.append(pair)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    return int(head[0].split()[1]), await reader.readexactly(int(fields["content-length"]))
