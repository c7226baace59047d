"""One job over a whole network's follow-ups, whose service is killed in the middle: once each, and how fast.

`make bench ARGS="--job 100000"`. The launcher ends with its services, so that everything starts again with the data
folder as it was left; the seconds between the kill and the answer after it are no part of the rate.
"""

import asyncio
import csv
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import httpx

from tools.bench.measures import measured
from tools.bench.product import Product, follow_up
from tools.bench.stack import Stack
from tools.bench.wire import Connections, UnexpectedAnswerError

TOTAL = Decimal("1000000.01")
"""To be shared to the cent."""
_ALONE = 200
_PER_FOLLOW_UP = 0.1
"""Seconds of patience: ten times as slow as it may be expected is no figure to wait for."""
_LEAST_PATIENCE = 300.0
_LOOK_EVERY = 0.5
_PATH = "/api/followups/jobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeJob:
    """What the job left, and how long it took without the seconds in which nothing ran."""

    clients: int
    job: dict[str, Any]
    killed_at: int
    """Items done when the service was killed."""
    away: float
    seconds: float
    alone: float
    """Conclusions a second, one after another."""
    receipt: list[dict[str, str]]
    figures: dict[str, Any]

    @property
    def rate(self) -> float:
        """Conclusions a second."""
        return self.clients / self.seconds

    def faults(self) -> Iterator[str]:
        """What is not as it must be: each follow-up once, the receipt whole, every cent there."""
        total = str(TOTAL)
        job = {"state": "FINISHED", "done": self.clients, "refused": 0, "recorded": total, "not_recorded": "0.00"}
        yield from _differing("job", job, self.job)
        once = Counter(row["follow_up_id"] for row in self.receipt)
        numbers = Counter(row["number"] for row in self.receipt)
        receipt = {
            "rows": len(self.receipt),
            "follow-ups": len(once),
            "outcomes": dict(Counter(row["outcome"] for row in self.receipt)),
            "facts": dict(numbers),
            "sum": str(sum(Decimal(row["amount"] or 0) for row in self.receipt)),
        }
        wanted = {"rows": self.clients, "follow-ups": self.clients, "outcomes": {"done": self.clients}}
        # Targeted, then concluded: the second fact of each.
        yield from _differing("receipt", {**wanted, "facts": {"2": self.clients}, "sum": total}, receipt)
        yield from _differing("reports", _counted(self.clients), self.figures)
        if not 0 < self.killed_at < self.clients:
            yield f"the service was not killed in the middle but after {self.killed_at}"
        if self.rate <= self.alone:
            yield f"{self.rate:.1f} a second are not faster than {self.alone:.1f} one by one"

    def as_json(self) -> dict[str, object]:
        """The figures."""
        return {
            "job_clients": self.clients,
            "job_killed_at": self.killed_at,
            "job_seconds_away": round(self.away, 1),
            "job_seconds": round(self.seconds, 1),
            "job_per_second": round(self.rate, 1),
            "one_by_one_per_second": round(self.alone, 1),
            "job_ratio": round(self.rate / self.alone, 2),
            "faults": list(self.faults()),
        }


async def whole_job(stack: Stack, clients: int) -> WholeJob:
    """Conclude so many follow-ups in one job, and kill its service half way."""
    http = Connections(stack.url)
    product = Product(http, stack.token)
    await product.prepare(clients)
    await product.until_told(clients)
    alone = await _one_by_one(product, min(_ALONE, clients))
    campaign = await product.campaign("bench-whole-job", steps=2)
    job = await product.target(campaign, range(clients))
    await product.until_job(campaign, job, "received", clients)
    http.close()
    async with httpx.AsyncClient(base_url=stack.url, timeout=60) as calls:
        calls.headers["Authorization"] = f"Bearer {product.manager}"
        return await _killed_half_way(stack, calls, campaign, clients, alone=alone)


async def _one_by_one(product: Product, clients: int) -> float:
    """Conclusions a second of one person who waits for each answer."""
    campaign = await product.campaign("bench-one-by-one", steps=2)
    await product.enrol(campaign, range(clients))
    said = {"kind": "Conclude", "conclusion": "SIGNATURE", "collected": "10.00"}
    calls = [
        partial(
            product.http.send, "POST", f"/api/followups/{follow_up(campaign, number)}/commands", product.manager, said
        )
        for number in range(clients)
    ]
    return (await measured(calls, in_flight=1)).rate


async def _killed_half_way(
    stack: Stack, calls: httpx.AsyncClient, campaign: str, clients: int, *, alone: float
) -> WholeJob:
    patience = max(_LEAST_PATIENCE, clients * _PER_FOLLOW_UP)
    chosen = {"filter": {"campaign_id": campaign}}
    order = {"kind": "conclude", "conclusion": "SIGNATURE", "total": str(TOTAL), "chosen": chosen}
    began = time.perf_counter()
    answer = await calls.post(_PATH, json=order)
    path = f"{_PATH}/{answer.raise_for_status().json()['id']}"
    half = await _until(partial(_job, calls, path), lambda job: job["done"] >= clients // 2, within=patience)
    killed = time.perf_counter()
    stack.kill_services()
    stack.start_again()
    away = time.perf_counter() - killed
    job = await _until(partial(_job, calls, path), lambda job: bool(job["over"]), within=patience)
    seconds = time.perf_counter() - began - away
    receipt = (await calls.get(f"{path}/receipt.csv")).raise_for_status().content.decode("utf-8-sig")
    figures = await _until(
        partial(_figures, calls, campaign), lambda one: one == _counted(clients), within=_LEAST_PATIENCE, or_last=True
    )
    return WholeJob(
        clients=clients,
        job=job,
        killed_at=half["done"],
        away=away,
        seconds=seconds,
        alone=alone,
        receipt=list(csv.DictReader(receipt.splitlines(), delimiter=";")),
        figures=figures,
    )


async def _job(calls: httpx.AsyncClient, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await calls.get(path)).raise_for_status().json()
    return found


async def _figures(calls: httpx.AsyncClient, campaign: str) -> dict[str, Any]:
    answer = await calls.get("/api/reports/indicators", params={"campaign_id": campaign})
    shown = answer.raise_for_status().json()
    return {"clients": shown["clients"], "accepted": shown["accepted"]["count"], "collected": shown["collected"]}


def _counted(clients: int) -> dict[str, Any]:
    return {"clients": clients, "accepted": clients, "collected": str(TOTAL)}


async def _until(
    ask: Callable[[], Awaitable[dict[str, Any]]],
    is_so: Callable[[dict[str, Any]], bool],
    *,
    within: float,
    or_last: bool = False,
) -> dict[str, Any]:
    """The first answer that is so; with `or_last` the last one when time is up. Moments without a service pass."""
    deadline, last = time.perf_counter() + within, {}
    while time.perf_counter() < deadline:
        try:
            last = await ask()
        except (httpx.TransportError, httpx.HTTPStatusError) as error:
            last = {"error": str(error)}
        else:
            if is_so(last):
                return last
        await asyncio.sleep(_LOOK_EVERY)
    if or_last:
        return last
    raise UnexpectedAnswerError(f"it stays at {last}")


def _differing(what: str, wanted: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    for name, value in wanted.items():
        if found.get(name) != value:
            yield f"{what}: {name} is {found.get(name)} instead of {value}"
