"""Signals sent in batches, and their verdicts, asked for again until each is decided."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tools.replay.plan import Json
from tools.replay.progress import Report
from tools.replay.session import ReplayError, Session

_BATCH = 250
"""Signals of one call at most, though never fewer than one client's."""
_IN_FLIGHT = 4
"""Batches whose verdicts are awaited at once: what is sent beyond what the product decides only waits there."""
_ASKED_AT_ONCE = 200
_DECIDED = frozenset({"applied", "duplicate"})
_UNDECIDED = frozenset({"pending", "parked"})
_PATIENCE = 300.0
_SOONEST, _LATEST = 0.1, 2.0


@dataclass(slots=True)
class Sent:
    """What became of the signals: which are known to be applied, and which were refused and why."""

    decided: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    @property
    def applied(self) -> int:
        """How many are known to be applied, each counted once however often it was sent."""
        return len(self.decided)

    def undecided_of(self, verdicts: Sequence[Json]) -> list[str]:
        """Take the verdicts; answers the ids of those that are still to come, each once."""
        undecided = []
        for verdict in verdicts:
            if verdict["verdict"] in _DECIDED:
                self.decided.add(verdict["id"])
            elif verdict["verdict"] in _UNDECIDED:
                undecided.append(verdict["id"])
            else:
                self.refused.append(f"{verdict['id']}: {verdict.get('code') or verdict['verdict']}")
        return [one for one in dict.fromkeys(undecided) if one not in self.decided]


async def send(
    session: Session, clients: Iterable[Sequence[Json]], report: Report, *, verdicts_last: bool = False
) -> Sent:
    """Send all signals, those of a client in one batch and in their order, and wait until each is decided.

    With `verdicts_last` all are sent before any verdict is waited for, since some may wait for those behind them.
    """
    sent = Sent()
    batches = _batches(clients)
    later: list[str] = []
    await asyncio.gather(
        *(_send_batches(session, batches, sent, report, later if verdicts_last else None) for _ in range(_IN_FLIGHT))
    )
    await _until_decided(session, list(dict.fromkeys(later)), sent, report)
    return sent


async def _send_batches(
    session: Session, batches: Iterator[list[Json]], sent: Sent, report: Report, later: list[str] | None
) -> None:
    for batch in batches:
        answer = await session.post("/api/followups/signals", {"signals": batch})
        undecided = sent.undecided_of(answer["verdicts"])
        report.reach(sent.applied)
        if later is None:
            await _until_decided(session, undecided, sent, report)
        else:
            later.extend(undecided)


async def _until_decided(session: Session, undecided: list[str], sent: Sent, report: Report) -> None:
    deadline, pause = time.monotonic() + _PATIENCE, _SOONEST
    while undecided:
        if time.monotonic() > deadline:
            waiting = "; ".join([one async for one in _still(session, undecided[:3])])
            raise ReplayError(f"{len(undecided)} signals have no verdict yet, among them {waiting}")
        await asyncio.sleep(pause)
        left = [one async for one in _asked(session, undecided, sent)]
        if len(left) < len(undecided):
            report.reach(sent.applied)
            deadline, pause = time.monotonic() + _PATIENCE, _SOONEST
        pause = min(pause * 2, _LATEST)
        undecided = left


async def _asked(session: Session, undecided: Sequence[str], sent: Sent) -> AsyncIterator[str]:
    for start in range(0, len(undecided), _ASKED_AT_ONCE):
        ids = undecided[start : start + _ASKED_AT_ONCE]
        for one in sent.undecided_of((await session.get("/api/followups/signals", {"ids": ids}))["verdicts"]):
            yield one


async def _still(session: Session, ids: Sequence[str]) -> AsyncIterator[str]:
    """What each of these waits for."""
    for verdict in (await session.get("/api/followups/signals", {"ids": list(ids)}))["verdicts"]:
        yield f"{verdict['id']}: {verdict['verdict']} {verdict.get('code') or ''}".rstrip()


def _batches(clients: Iterable[Sequence[Json]]) -> Iterator[list[Json]]:
    batch: list[Json] = []
    for signals in clients:
        if batch and len(batch) + len(signals) > _BATCH:
            yield batch
            batch = []
        batch.extend(signals)
    if batch:
        yield batch
