"""Runs jobs that make files: takes one, has a process make it, keeps the file; whatever is killed, one attempt ends it.

The lease is renewed while the process works. Who loses it, or finds the job cancelled, stops the process; a job whose
runner was killed is taken by another one when its lease is over, and the process of the killed one ends with its input.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.reporting.exporting.order import Order
from services.reporting.ports.exporting import Export, Exports, Files, Reach
from shared.rulebook.access import Action, Principal, may
from shared.rulebook.errors import RuleBroken
from shared.runtime.background import cancel
from shared.runtime.logging import logger

ROOT = Path(__file__).parents[3]
PROCESS = (sys.executable, "-m", "services.reporting.exporting")
_ATTEMPTS = 3
_LOOK_EVERY = 1.0
_CHUNK = 262_144
_log = logger(__name__)

Present = Callable[[str], Awaitable[Principal | None]]
"""A user with present rights; None for who has none."""


@dataclass(slots=True)
class _Told:
    """What the process said: its rows so far, and how it ended, unless it just died."""

    rows: int = 0
    end: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRunner:
    """One per process of the service; `seconds` is how long a file may take, `megabytes` what its process may hold."""

    exports: Exports
    files: Files
    present: Present
    now: Callable[[], datetime]
    database_url: str
    zone: str
    seconds: float
    megabytes: int
    lease: timedelta = timedelta(seconds=60)
    process: Sequence[str] = field(default=PROCESS)

    async def run_next(self) -> bool:
        """Take the oldest job that nobody runs and end it; False when there is none."""
        export = await self.exports.claim(self.lease)
        if export is None:
            return False
        try:
            await self._run(export)
        except BaseException:
            # The role stops, or something needed is away: somebody else may go on at once.
            with suppress(Exception):
                await asyncio.shield(self.exports.release(export))
            raise
        return True

    async def _run(self, export: Export) -> None:
        reader = await self.present(export.asker_id)
        refusal = _refusal_of(reader) or ("export_failed" if export.attempt > _ATTEMPTS else None)
        if reader is None or refusal is not None:
            await self.exports.fail(export, refusal or "right_missing", self.now())
            return
        with tempfile.TemporaryDirectory(prefix="jalon-export-") as folder:
            order = Order(
                wish=export.wish,
                reader=reader,
                now=self.now(),
                zone=self.zone,
                folder=folder,
                megabytes=self.megabytes,
            )
            told = await self._made(export, order)
            if told is not None:
                await self._end(export, reader, told, Path(folder))

    async def _end(self, export: Export, reader: Principal, told: _Told, folder: Path) -> None:
        """Keep the file that was made, or say why there is none; a process that died is tried again."""
        if told.end is None:
            _log.warning("an export process died", export=export.export_id, attempt=export.attempt)
            await self.exports.release(export)
        elif "refused" in told.end:
            await self.exports.fail(export, told.end["refused"], self.now())
        else:
            name = told.end["file"]
            stream = _bytes_of(folder / told.end["path"])
            document_id = await self.files.keep(export, name, stream, self.now())
            # Too late, and the file is left to the sweep: another attempt has ended the job.
            await self.exports.complete(export, document_id, Reach.of(reader), rows=told.rows, now=self.now())

    async def _made(self, export: Export, order: Order) -> _Told | None:
        """What the process told; None when the job is no longer ours."""
        environment = os.environ | {"DATABASE_URL": self.database_url, "TMPDIR": order.folder}
        process = await asyncio.create_subprocess_exec(
            *self.process, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environment, cwd=ROOT
        )
        told = _Told()
        following = asyncio.create_task(_follow(process, order, told))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.seconds):
                    while not (await asyncio.wait({following}, timeout=_LOOK_EVERY))[0]:
                        if not await self.exports.renew(export, self.lease, rows=told.rows):
                            return None
                    following.result()
        finally:
            await _stop(process, following)
        if not await self.exports.renew(export, self.lease, rows=told.rows):
            return None
        return told


def _refusal_of(reader: Principal | None) -> str | None:
    if reader is None:
        return "right_missing"
    try:
        may(reader, Action.SEE_FIGURES)
    except RuleBroken as broken:
        return broken.code
    return None


async def _follow(process: asyncio.subprocess.Process, order: Order, told: _Told) -> None:
    """Send the order and read what the process says, until it ends."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process has no pipes")
    with suppress(ConnectionError):
        process.stdin.write(order.line())
        await process.stdin.drain()
    async for line in process.stdout:
        said = json.loads(line)
        if "rows" in said:
            told.rows = said["rows"]
        else:
            told.end = said
    ended = await process.wait()
    if ended != 0:
        # The compiler and V8 abort when they are given no more memory, and would each time.
        told.end = {"refused": "export_too_large"} if ended == -signal.SIGABRT else None


async def _stop(process: asyncio.subprocess.Process, following: asyncio.Task[None]) -> None:
    with suppress(ProcessLookupError):
        if process.returncode is None:
            process.kill()
    await cancel(following)
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()


async def _bytes_of(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _CHUNK):
            yield piece
