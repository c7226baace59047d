"""Who may do what, in the memory of every role: the directory puts it in a key-value bucket, everybody watches it."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import nats.errors
from nats.aio.msg import Msg
from nats.js import api
from nats.js.errors import BucketNotFoundError
from nats.js.kv import KV_DEL, KV_PURGE, KeyValue

from shared.contracts.directory import HEARTBEAT_SUBJECT, PRINCIPALS_BUCKET, PrincipalRecord
from shared.runtime import metrics
from shared.runtime.background import cancel
from shared.runtime.connection import Connection
from shared.runtime.logging import logger
from shared.runtime.problems import Unavailable

_BEAT = 0.5
_STALE_AFTER = 1.0
_REREAD_AFTER = 0.5
_PATIENCE = 2.0
"""Seconds that a request waits for rights to be vouched for: on a busy machine late is better than not at all."""
_SUBJECT = f"$KV.{PRINCIPALS_BUCKET}."
_log = logger(__name__)


class Stale(Unavailable):
    """The rights held here may be out of date: nobody is let in on them."""

    def __init__(self) -> None:
        super().__init__("rights_unavailable")


class PrincipalsBucket:
    """The directory's side: write principals, and say twice a second up to where everything was written."""

    def __init__(self, bus: Connection, *, replicas: int = 1) -> None:
        self._bus = bus
        self._replicas = replicas
        self._revision = 0

    async def ensure(self) -> None:
        """Create the bucket where absent, and find out what was written last."""
        config = api.KeyValueConfig(
            bucket=PRINCIPALS_BUCKET, history=1, storage=api.StorageType.FILE, replicas=self._replicas, direct=True
        )
        bucket = await self._bus.jetstream.create_key_value(config)
        self._revision = (await bucket.status()).stream_info.state.last_seq

    async def put(self, records: Sequence[PrincipalRecord]) -> None:
        """Write these principals; returns when they are on disk."""
        await self._write([(record.user_id, record.model_dump_json().encode(), {}) for record in records])

    async def delete(self, user_ids: Sequence[str]) -> None:
        """Take these users' rights away; returns when that is on disk."""
        await self._write([(user_id, b"", {"KV-Operation": KV_DEL}) for user_id in user_ids])

    async def heartbeat(self) -> None:
        """Publish the revision reached, every half second, until cancelled. One loop of the directory's background."""
        while True:
            with suppress(nats.errors.Error, OSError):
                await self._bus.client.publish(HEARTBEAT_SUBJECT, json.dumps({"revision": self._revision}).encode())
            await asyncio.sleep(_BEAT)

    async def _write(self, entries: Sequence[tuple[str, bytes, dict[str, str]]]) -> None:
        futures = [
            await self._bus.jetstream.publish_async(_SUBJECT + key, body, headers=headers or None)
            for key, body, headers in entries
        ]
        async with asyncio.timeout(10):
            acknowledged = await asyncio.gather(*futures)
        self._revision = max([self._revision, *(ack.seq for ack in acknowledged)])


class Principals:
    """The readers' side. Start it in the lifespan; `current()` raises Stale until the whole bucket has been read."""

    def __init__(self, bus: Connection) -> None:
        self._bus = bus
        self._records: dict[str, PrincipalRecord] = {}
        self._loaded = False
        self._applied = 0
        self._named = 0
        """The revision that the last heartbeat named."""
        self._vouched = float("-inf")
        """The time that the last heartbeat whose revision is applied here vouched for: nothing of before is missing."""
        self._awaited: tuple[int, float] | None = None
        """A revision named by a heartbeat and not applied here yet, and since when."""
        self._renewed = asyncio.Event()
        """Set whenever `_vouched` moves on."""
        self._reread = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to watch; readiness is asked with `ready`."""
        self._bus.on_reconnect(self._begin_again)
        await self._bus.client.subscribe(HEARTBEAT_SUBJECT, cb=self._on_beat)
        self._task = asyncio.create_task(self._watch(), name="principals")

    async def stop(self) -> None:
        """Stop watching."""
        if self._task is not None:
            await cancel(self._task)

    async def ready(self) -> None:
        """Raise while rights are not known."""
        self.current()

    def get(self, user_id: str) -> PrincipalRecord | None:
        """The user's rights as held here; ask `current` or `fresh` first."""
        return self._records.get(user_id)

    def current(self) -> None:
        """Raise Stale when what is held here may be over a second old."""
        if not self._is_current():
            raise Stale

    async def fresh(self) -> None:
        """The same, but wait a moment for a heartbeat that a busy process has not sent, or not read, yet."""
        if self._is_current():
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while not self._is_current():
                    self._renewed.clear()
                    await self._renewed.wait()
        try:
            self.current()
        except Stale:
            metrics.RIGHTS_STALE.inc()
            raise

    def _is_current(self) -> bool:
        return self._loaded and asyncio.get_running_loop().time() - self._vouched <= _STALE_AFTER

    async def _on_beat(self, message: Msg) -> None:
        beat = json.loads(message.data)
        now, revision = asyncio.get_running_loop().time() - float(beat.get("age", 0)), int(beat["revision"])
        before, self._named = self._named, revision
        if revision < before:
            # The bucket was lost and made anew: its numbers began again, and nothing of it is held here.
            self._applied, self._awaited = 0, (revision, now)
            self._reread.set()
        elif self._awaited is None:
            # Later revisions do not lengthen the wait for this one: during an import there is always a later one.
            self._awaited = (revision, now)
            self._vouch()
        elif now - self._awaited[1] > _REREAD_AFTER:
            self._awaited = (revision, now)
            self._reread.set()  # the watch was lost without a word

    def _reached(self, revision: int) -> None:
        self._applied = revision
        self._vouch()

    def _vouch(self) -> None:
        """Once what the heartbeat named is applied, what is held here is as it was when the heartbeat came."""
        if self._awaited is not None and self._applied >= self._awaited[0]:
            self._vouched, self._awaited = max(self._vouched, self._awaited[1]), None
            self._renewed.set()

    async def _begin_again(self) -> None:
        self._reread.set()

    async def _watch(self) -> None:
        """Read the whole bucket, follow it, and read it again when the connection or the watch was lost."""
        while True:
            self._reread.clear()
            following = asyncio.create_task(self._follow())
            asked = asyncio.create_task(self._reread.wait())
            try:
                await asyncio.wait({following, asked}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await cancel(following, asked)
            if not following.cancelled() and (error := following.exception()) is not None:
                _log.warning("principals cannot be watched", error=type(error).__name__)
                await asyncio.sleep(0.2)

    async def _follow(self) -> None:
        bucket = await self._open()
        reached = (await bucket.status()).stream_info.state.last_seq
        watcher = await bucket.watchall(inactive_threshold=60)
        records: dict[str, PrincipalRecord] = {}
        try:
            async for entry in watcher:
                if entry is None:  # the initial marker: everything there is has been read
                    self._records, self._loaded = records, True
                    self._reached(reached)
                else:
                    _apply(records, entry)
                    reached = max(reached, entry.revision or 0)
                    if records is self._records:
                        self._reached(reached)
        finally:
            if self._bus.connected:
                await watcher.stop()  # type: ignore[no-untyped-call]

    async def _open(self) -> KeyValue:
        while True:
            try:
                return await self._bus.jetstream.key_value(PRINCIPALS_BUCKET)
            except BucketNotFoundError:
                await asyncio.sleep(0.1)  # the directory, maybe in this very process, makes it at its start


def _apply(records: dict[str, PrincipalRecord], entry: Any) -> None:
    if entry.operation in (KV_DEL, KV_PURGE):
        records.pop(entry.key, None)
    else:
        records[entry.key] = PrincipalRecord.model_validate_json(entry.value)
