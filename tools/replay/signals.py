"""Signals sent in batches, and their verdicts, asked for again until each is decided."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from tools.replay.plan import Json
from tools.replay.progress import Report
from tools.replay.session import ReplayError, Session

_BATCH = 500
"""Signals of one call at most, though never fewer than one client's."""
_IN_FLIGHT = 2
_ASKED_AT_ONCE = 200
_DECIDED = frozenset({"applied", "duplicate"})
_UNDECIDED = frozenset({"pending", "parked"})
_PATIENCE = 120.0
_LOOK_EVERY = 0.5


@dataclass(slots=True)
class Sent:
    """What became of the signals: how many are known to be applied, which were refused, which are still undecided."""

    applied: int = 0
    refused: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)

    def take(self, verdicts: Sequence[Json]) -> None:
        """Count the verdicts."""
        for verdict in verdicts:
            if verdict["verdict"] in _DECIDED:
                self.applied += 1
            elif verdict["verdict"] in _UNDECIDED:
                self.undecided.append(verdict["id"])
            else:
                self.refused.append(f"{verdict['id']}: {verdict.get('code') or verdict['verdict']}")


async def send(session: Session, clients: Iterable[Sequence[Json]], report: Report) -> Sent:
    """Send all signals, those of a client in one batch and in their order, and wait until each is decided."""
    sent = Sent()
    batches = _batches(clients)
    await asyncio.gather(*(_send_batches(session, batches, sent, report) for _ in range(_IN_FLIGHT)))
    await _wait_for_verdicts(session, sent, report)
    return sent


async def _send_batches(session: Session, batches: Iterator[list[Json]], sent: Sent, report: Report) -> None:
    for batch in batches:
        answer = await session.post("/api/followups/signals", {"signals": batch})
        before = len(sent.undecided)
        sent.take(answer["verdicts"])
        report.advance(len(batch) - (len(sent.undecided) - before))


async def _wait_for_verdicts(session: Session, sent: Sent, report: Report) -> None:
    deadline = time.monotonic() + _PATIENCE
    while sent.undecided:
        left = len(sent.undecided)
        async for verdicts in _asked(session, sent):
            sent.take(verdicts)
        if len(sent.undecided) < left:
            report.advance(left - len(sent.undecided))
            deadline = time.monotonic() + _PATIENCE
        elif time.monotonic() > deadline:
            raise ReplayError(f"{left} signals have no verdict, among them {sent.undecided[:3]}")
        else:
            await asyncio.sleep(_LOOK_EVERY)


async def _asked(session: Session, sent: Sent) -> AsyncIterator[Sequence[Json]]:
    ids = iter(sent.undecided)
    sent.undecided = []
    while page := list(islice(ids, _ASKED_AT_ONCE)):
        yield (await session.get("/api/followups/signals", {"ids": page}))["verdicts"]


def _batches(clients: Iterable[Sequence[Json]]) -> Iterator[list[Json]]:
    batch: list[Json] = []
    for signals in clients:
        if batch and len(batch) + len(signals) > _BATCH:
            yield batch
            batch = []
        batch.extend(signals)
    if batch:
        yield batch
