"""The bucket of principals in NATS, and the heartbeat that vouches for it."""

import asyncio
import json
from collections.abc import Mapping, Sequence

from nats.js.kv import KeyValue

from shared.contracts.directory import HEARTBEAT_SUBJECT, PRINCIPALS_BUCKET, PrincipalRecord
from shared.runtime.messaging import Bus
from shared.runtime.principals import PrincipalsBucket


class NatsPrincipalsBucket:
    """See `ports.PrincipalsBucket`."""

    def __init__(self, bus: Bus, *, replicas: int) -> None:
        self._bus = bus
        self._bucket = PrincipalsBucket(bus, replicas=replicas)

    async def prepare(self) -> None:
        """Create the bucket where absent."""
        await self._bucket.ensure()

    async def put(self, principals: Sequence[PrincipalRecord]) -> None:
        """Write them; returns when all are on disk."""
        await self._bucket.put(principals)

    async def remove(self, user_ids: Sequence[str]) -> None:
        """Take these users out; returns when that is on disk."""
        await self._bucket.delete(user_ids)

    async def all(self) -> Mapping[str, PrincipalRecord]:
        """What it holds, by user id."""
        watcher = await (await self._open()).watchall()
        held: dict[str, PrincipalRecord] = {}
        try:
            async for entry in watcher:
                if entry is None:  # everything there is has been read
                    break
                if entry.value:
                    held[entry.key] = PrincipalRecord.model_validate_json(entry.value)
        finally:
            await watcher.stop()  # type: ignore[no-untyped-call]
        return held

    async def heartbeat(self, began: float) -> None:
        """Publish the number of the bucket's last write: who has read up to it knows all that was committed by then.

        The number is asked of the server, since another replica of the directory may have written.
        """
        reached = (await (await self._open()).status()).stream_info.state.last_seq
        age = asyncio.get_running_loop().time() - began
        await self._bus.client.publish(HEARTBEAT_SUBJECT, json.dumps({"revision": reached, "age": age}).encode())

    async def _open(self) -> KeyValue:
        return await self._bus.jetstream.key_value(PRINCIPALS_BUCKET)
