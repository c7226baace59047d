"""A receiver of webhooks on this machine: it keeps what came and answers as it was told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass(slots=True)
class Receiver:
    """Answers the next of `answers`, the last one for ever; "hang" answers nothing until the test is over."""

    port: int = 0
    answers: list[str] = field(default_factory=lambda: ["204 No Content"])
    body: bytes = b""
    received: list[Received] = field(default_factory=list)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
        self.received.append(Received(first.split()[1], headers, body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == "hang":
            await self._over.wait()
        else:
            length = "" if "Content-Length" in answer else f"\r\nContent-Length: {len(self.body)}"
            writer.write(f"HTTP/1.1 {answer}{length}\r\n\r\n".encode() + self.body)
        writer.close()

    def end(self) -> None:
        """Let those go that hang."""
        self._over.set()


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    """It listens while the block runs."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.end()
        server.close()
