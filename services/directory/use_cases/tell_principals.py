"""The bucket of principals follows the tables in the order of change, and a heartbeat says that it does (spec 1.4).

A change is numbered in the transaction that makes it and counts as told only after its put was acknowledged, so that
a process killed in between leaves it to the next teller. The heartbeat is sent only with nothing left to tell: every
service then knows within a second either the new rights or that its own are stale.
"""

import asyncio
from contextlib import suppress
from enum import Enum, auto

from services.directory.ports import PrincipalChanges, PrincipalsBucket

BATCH = 500
_BEAT = 0.4  # a beat is due every half second, and a pass may take a while
_POLL = 0.25  # what this process writes is told at once; this is for what another one wrote


class Told(Enum):
    """What one pass left behind it."""

    ALL = auto()
    IN_PART = auto()
    BY_ANOTHER = auto()
    """Another replica is telling at this moment."""


async def tell_changes(changes: PrincipalChanges, bucket: PrincipalsBucket) -> Told:
    """Put the next changes."""
    async with changes.telling(limit=BATCH) as telling:
        if telling is None:
            return Told.BY_ANOTHER
        if telling.changes:
            await bucket.put([change.principal for change in telling.changes])
    return Told.IN_PART if telling.more else Told.ALL


async def repair(changes: PrincipalChanges, bucket: PrincipalsBucket) -> int:
    """Have what the bucket lacks or holds otherwise told again, as after its loss, and drop whom nobody knows.

    Answers how many were wrong. The bucket is read first: whoever is in it had been in the tables before.
    """
    held = await bucket.all()
    known = {principal.user_id: principal for principal in await changes.all()}
    wrong = [user_id for user_id, principal in known.items() if held.get(user_id) != principal]
    unknown = [user_id for user_id in held if user_id not in known]
    if wrong:
        await changes.tell_again(wrong)
    if unknown:
        await bucket.remove(unknown)
    return len(wrong) + len(unknown)


async def keep_told(changes: PrincipalChanges, bucket: PrincipalsBucket, nudged: asyncio.Event) -> None:
    """Repair, then follow until cancelled; `nudged` is set when something was written just now.

    Whatever fails ends it, for the caller to begin again: a lost bucket is thereby filled anew.
    """
    clock = asyncio.get_running_loop()
    await bucket.prepare()
    await repair(changes, bucket)
    last_beat = float("-inf")
    while True:
        nudged.clear()
        began = clock.time()
        told = await tell_changes(changes, bucket)
        if told is Told.ALL and clock.time() - last_beat >= _BEAT:
            # What was committed while the pass went on may be missing, and a pass over many may take a while.
            await bucket.heartbeat(began)
            last_beat = clock.time()
        if told is not Told.IN_PART:
            await _nudged_or(nudged, _POLL)


async def _nudged_or(nudged: asyncio.Event, seconds: float) -> None:
    # Not wait_for: on Python 3.11 it loses a cancellation that arrives together with the nudge.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await nudged.wait()
