"""`python -m tools.bench`: the product against the bare engine; the last line printed is one JSON object."""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass, field

from temporalio.client import Client

from shared.rulebook.ids import follow_up_workflow_id
from tools.bench import bare, history, processor, stack
from tools.bench.measures import Medians, Round, measured, quiet
from tools.bench.product import Product, follow_up
from tools.bench.wire import Connections

_IN_FLIGHT = 32
_QUIET_WITHIN = 15.0
_WORTH_TELLING = 0.05
"""Milliseconds of processor time per step."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is done."""

    rounds: int
    clients: int
    """Enrolled, and then completing one step, in each round."""
    alone: int
    """Calls one at a time."""


FULL = Scale(rounds=3, clients=800, alone=200)
QUICK = Scale(rounds=2, clients=150, alone=50)


@dataclass(slots=True)
class Found:
    """Rounds of one side."""

    enrolment: list[Round] = field(default_factory=list)
    loaded: list[Round] = field(default_factory=list)
    alone: list[Round] = field(default_factory=list)
    per_step: tuple[float, float, float] = (0.0, 0.0, 0.0)
    processor: dict[str, float] = field(default_factory=dict)
    """Milliseconds per step, by program."""


async def bench(at: stack.Stack, scale: Scale) -> dict[str, object]:
    """Run all rounds, print what was found, and answer it."""
    client = await bare.connect(at.temporal_address)
    http = Connections(at.url)
    product = Product(http, at.token)
    await product.prepare(scale.clients)
    await product.until_told(scale.clients)
    engine_found, product_found, settled = Found(), Found(), []
    for number in range(scale.rounds):
        await quiet(within=_QUIET_WITHIN)
        await _bare_round(client, number, scale, engine_found)
        await quiet(within=_QUIET_WITHIN)
        settled.append(await _product_round(client, product, number, scale, product_found))
    http.close()
    return _report(engine_found, product_found, settled, scale)


async def _bare_round(client: Client, number: int, scale: Scale, found: Found) -> None:
    ids = [f"bare-{number}-{place}" for place in range(scale.clients)]
    found.enrolment.append(await measured(bare.starts(client, ids), in_flight=_IN_FLIGHT))
    await quiet(within=_QUIET_WITHIN)
    before = await history.sizes(client, history.sample(ids))
    spent = processor.milliseconds()
    found.loaded.append(await measured(bare.steps(client, ids, "loaded"), in_flight=_IN_FLIGHT))
    found.processor = processor.per_call(spent, scale.clients)
    found.per_step = (await history.sizes(client, history.sample(ids))).per(before, len(history.sample(ids)))
    await quiet(within=_QUIET_WITHIN)
    found.alone.append(await measured(bare.steps(client, ids[: scale.alone], "alone"), in_flight=1))
    _say("bare", number, found)


async def _product_round(client: Client, product: Product, number: int, scale: Scale, found: Found) -> float:
    clients = range(scale.clients)
    campaign = await product.campaign(f"bench-{number}", steps=2)
    ids = [follow_up_workflow_id(follow_up(campaign, place)) for place in clients]
    found.enrolment.append(await product.enrol(campaign, clients))
    await quiet(within=_QUIET_WITHIN)
    before = await history.sizes(client, history.sample(ids))
    spent = processor.milliseconds()
    found.loaded.append(await measured(product.steps(campaign, clients, 0), in_flight=_IN_FLIGHT))
    settled = await product.until_counted(campaign, scale.clients)
    found.processor = processor.per_call(spent, scale.clients)
    found.per_step = (await history.sizes(client, history.sample(ids))).per(before, len(history.sample(ids)))
    await quiet(within=_QUIET_WITHIN)
    found.alone.append(await measured(product.steps(campaign, clients[: scale.alone], 1), in_flight=1))
    _say("product", number, found)
    return settled


def _say(side: str, number: int, found: Found) -> None:
    enrolled, loaded, alone = found.enrolment[-1], found.loaded[-1], found.alone[-1]
    print(
        f"round {number + 1}  {side:8}"
        f"  starts {enrolled.rate:6.1f}/s"
        f"  steps {loaded.rate:6.1f}/s p50 {loaded.p50:6.1f} ms p99 {loaded.p99:6.1f} ms"
        f"  alone p50 {alone.p50:5.1f} ms p99 {alone.p99:5.1f} ms",
        flush=True,
    )


def _report(engine: Found, product: Found, settled: list[float], scale: Scale) -> dict[str, object]:
    loaded, alone, starts = (
        {side: Medians.of(rounds) for side, rounds in (("bare", bare_rounds), ("product", product_rounds))}
        for bare_rounds, product_rounds in (
            (engine.loaded, product.loaded),
            (engine.alone, product.alone),
            (engine.enrolment, product.enrolment),
        )
    )
    events, transitions, size = product.per_step
    print(
        f"\nmedians of {scale.rounds} rounds of {scale.clients}, {_IN_FLIGHT} in flight"
        f"\n  a step   bare {loaded['bare'].rate:.1f}/s  product {loaded['product'].rate:.1f}/s"
        f"  ratio {loaded['product'].rate / loaded['bare'].rate:.2f}"
        f"\n  started  bare {starts['bare'].rate:.1f}/s  product {starts['product'].rate:.1f}/s"
        f"  ratio {starts['product'].rate / starts['bare'].rate:.2f}"
        f"\n  in the engine, a step takes {events:.2f} events, {transitions:.2f} state transitions, {size:.0f} bytes"
        f" (bare: {engine.per_step[0]:.2f}, {engine.per_step[1]:.2f}, {engine.per_step[2]:.0f})"
        f"\n  processor time of a step: bare {_shares(engine)}; product {_shares(product)}"
        f"\n  the reports showed the last step {max(settled):.2f} s after it was answered, at most\n"
    )
    return {
        "step_ratio": round(loaded["product"].rate / loaded["bare"].rate, 3),
        "step_p50_ratio": round(alone["product"].p50 / alone["bare"].p50, 3),
        "enrol_ratio": round(starts["product"].rate / starts["bare"].rate, 3),
        "events_per_step": round(events, 2),
        "transitions_per_step": round(transitions, 2),
        "bytes_per_step": round(size),
        "steps_per_second": {side: round(found.rate, 1) for side, found in loaded.items()},
        "starts_per_second": {side: round(found.rate, 1) for side, found in starts.items()},
        "loaded_ms": {side: {"p50": round(found.p50, 1), "p99": round(found.p99, 1)} for side, found in loaded.items()},
        "alone_ms": {side: {"p50": round(found.p50, 1), "p99": round(found.p99, 1)} for side, found in alone.items()},
        "processor_ms_per_step": {"bare": _rounded(engine), "product": _rounded(product)},
        "counted_after_seconds": round(max(settled), 2),
        "rounds": scale.rounds,
        "clients": scale.clients,
    }


def _rounded(found: Found) -> dict[str, float]:
    return {program: round(spent, 2) for program, spent in found.processor.items() if spent >= _WORTH_TELLING}


def _shares(found: Found) -> str:
    return ", ".join(f"{program} {spent:.1f} ms" for program, spent in _rounded(found).items())


def main() -> int:
    """Start everything, measure, and print the JSON object last."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two small rounds, for a first impression")
    scale = QUICK if parser.parse_args().quick else FULL
    began = time.monotonic()
    print("Starting the product and the bare worker…", flush=True)
    with stack.running() as at:
        print(f"ready after {time.monotonic() - began:.1f} s", flush=True)
        found = asyncio.run(bench(at, scale))
    print(json.dumps(found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
