"""`python -m tools.bench`: the product against the bare engine; the last line printed is one JSON object."""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import dataclass

from temporalio.client import Client

from shared.rulebook.ids import follow_up_workflow_id
from tools.bench import bare, history, processor, stack
from tools.bench.figures import measure
from tools.bench.measures import measured, quiet
from tools.bench.product import Product, follow_up
from tools.bench.report import Found, object_of, saving_object, saving_text, text_of
from tools.bench.saving import saving
from tools.bench.targeting import targeting, targeting_object, targeting_text
from tools.bench.whole_job import whole_job
from tools.bench.wire import Connections

_IN_FLIGHT = 32
_QUIET_WITHIN = 15.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is done."""

    rounds: int
    clients: int
    """Enrolled, and then completing one step, in each round."""
    alone: int
    """Calls one at a time."""
    open: int
    """Open follow-ups of the larger of two campaigns that are saved; the smaller has a hundred."""
    targeted: int
    """Clients targeted in one call."""
    figures: tuple[int, int]
    """Follow-ups in the smaller and in the larger of two databases that figures are read from."""


FULL = Scale(rounds=3, clients=800, alone=200, open=10_000, targeted=100_000, figures=(10_000, 1_000_000))
QUICK = Scale(rounds=2, clients=150, alone=50, open=1_000, targeted=2_000, figures=(1_000, 20_000))
_FEW_OPEN, _SAVES, _READS = 100, 20, 200


async def bench(at: stack.Stack, scale: Scale) -> dict[str, object]:
    """Run all rounds, print what was found, and answer it."""
    client = await bare.connect(at.temporal_address)
    http = Connections(at.url)
    product = Product(http, at.token)
    people = max(scale.clients, scale.open, scale.targeted)
    await product.prepare(people)
    await product.until_told(people)
    engine_found, product_found, settled = Found(), Found(), []
    for number in range(scale.rounds):
        await quiet(within=_QUIET_WITHIN)
        await _bare_round(client, number, scale, engine_found)
        await quiet(within=_QUIET_WITHIN)
        settled.append(await _product_round(client, product, number, scale, product_found))
    await quiet(within=_QUIET_WITHIN)
    saved = await saving(product, few=_FEW_OPEN, many=scale.open, saves=_SAVES)
    await quiet(within=_QUIET_WITHIN)
    targeted = await targeting(product, clients=scale.targeted)
    http.close()
    figures = {
        **object_of(engine_found, product_found, settled),
        **saving_object(saved),
        **targeting_object(targeted),
    }
    texts = (text_of(engine_found, product_found, figures, settled), saving_text(saved), targeting_text(targeted))
    print(*texts, sep="", flush=True)
    return figures


async def _bare_round(client: Client, number: int, scale: Scale, found: Found) -> None:
    ids = [f"bare-{number}-{place}" for place in range(scale.clients)]
    found.enrolment.append(await measured(bare.starts(client, ids), in_flight=_IN_FLIGHT))
    await quiet(within=_QUIET_WITHIN)
    before = await history.sizes(client, history.sample(ids))
    spent = processor.milliseconds()
    found.loaded.append(await measured(bare.steps(client, ids, "loaded"), in_flight=_IN_FLIGHT))
    found.processor.append(processor.per_call(spent, scale.clients))
    found.per_step.append(await _cost(client, ids, before))
    await quiet(within=_QUIET_WITHIN)
    found.alone.append(await measured(bare.steps(client, ids[: scale.alone], "alone"), in_flight=1))
    _say("bare", number, found)


async def _cost(client: Client, ids: list[str], before: history.Size) -> tuple[float, float, float]:
    """Events, state transitions and bytes of the one step that each execution took since then."""
    asked = history.sample(ids)
    return (await history.sizes(client, asked)).per(before, len(asked))


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
    found.processor.append(processor.per_call(spent, scale.clients))
    found.per_step.append(await _cost(client, ids, before))
    await quiet(within=_QUIET_WITHIN)
    found.alone.append(await measured(product.steps(campaign, clients[: scale.alone], 1), in_flight=1))
    _say("product", number, found)
    return settled


def _say(side: str, number: int, found: Found) -> None:
    print(f"round {number + 1}  {side:8}  {found.last()}", flush=True)


def main() -> int:
    """Start everything, measure, and print the JSON object last."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two small rounds, for a first impression")
    parser.add_argument(
        "--figures", action="store_true", help="only what reading figures costs with few and with many follow-ups"
    )
    parser.add_argument(
        "--job", type=int, metavar="N", help="only one job over N follow-ups whose service is killed in the middle"
    )
    asked = parser.parse_args()
    if asked.job:
        return _one_job(asked.job)
    scale = QUICK if asked.quick else FULL
    found = asyncio.run(figures(scale)) if asked.figures else _product_and_engine(scale)
    print(json.dumps(found), flush=True)
    return 0


def _one_job(clients: int) -> int:
    """Exit status 1 when anything is not exact."""
    with stack.running() as at:
        found = asyncio.run(whole_job(at, clients)).as_json()
    print(json.dumps(found), flush=True)
    return 1 if found["faults"] else 0


async def figures(scale: Scale) -> dict[str, object]:
    """What reading figures costs with few and with many follow-ups, generated anew."""
    few, many = scale.figures
    return await measure(few=few, many=many, times=_READS)


def _product_and_engine(scale: Scale) -> dict[str, object]:
    began = time.monotonic()
    print("Starting the product and the bare worker…", flush=True)
    with stack.running() as at:
        print(f"ready after {time.monotonic() - began:.1f} s", flush=True)
        return asyncio.run(bench(at, scale))


if __name__ == "__main__":
    sys.exit(main())
