"""`python -m services.reporting`: this service alone.

`python -m services.reporting reconcile` recomputes all counters from the facts, beside the running service, prints what
differed (now repaired) as one JSON object per campaign, and exits with 1 if anything did; `--refill` reads all facts
again from the follow-up service before: together that rebuilds the read model while serving.

`python -m services.reporting compare` compares figures with facts, facts with the follow-up service, and its rows with
the engine, repairs what it can, prints each difference as one JSON object, and exits with 1 if anything differed.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence

from services.reporting.app import NAME, create_app, reconciler_of
from services.reporting.consumers import BusFactSource, BusFollowUpOwner
from services.reporting.ports.counting import Check
from services.reporting.ports.reconciling import Found, Reconciliation
from services.reporting.settings import Settings
from services.reporting.store.checks import PostgresChecks
from services.reporting.store.ledger import PostgresLedgers
from services.reporting.use_cases.checks import refill_page
from services.reporting.use_cases.regroup import regroup_all
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.http import serve
from shared.runtime.messaging import Bus

_OPERATOR = "command line"


def reconcile(settings: Settings, arguments: Sequence[str]) -> int:
    """Run the check that the arguments ask for; 1 when a figure was not what the facts say."""
    parser = argparse.ArgumentParser(prog="python -m services.reporting reconcile")
    parser.add_argument("--refill", action="store_true", help="read all facts again from the follow-up service first")
    checks = asyncio.run(_reconcile(settings, refill=parser.parse_args(arguments).refill))
    for check in checks:
        found = {"campaign_id": check.campaign_id, "differences": check.differences, "examples": list(check.examples)}
        sys.stdout.write(json.dumps(found) + "\n")
    return 1 if any(check.differences for check in checks) else 0


async def _reconcile(settings: Settings, *, refill: bool) -> Sequence[Check]:
    clock = Clock(settings.zone)
    database = Database(settings.database_url, service=NAME, pool_size=2, background=True)
    checks, ledgers = PostgresChecks(database), PostgresLedgers(database)
    if refill:
        await _refill(settings, checks, ledgers, clock)
    began = clock.now()
    await checks.ask(_OPERATOR, began)
    while await ledgers.unfinished():
        await regroup_all(ledgers, chunk=settings.reporting_regroup_size, now=clock.now())
    found = [check for check in await checks.latest() if check.asked_at >= began]
    await database.close()
    return found


def compare(settings: Settings) -> int:
    """Run a whole reconciliation, beside the running service; 1 when anything differed."""
    run, differences = asyncio.run(_compare(settings))
    for found in differences:
        shown = {name: getattr(found, name) for name in ("kind", "follow_up_id", "campaign_id", "outcome", "reason")}
        sys.stdout.write(json.dumps(shown | {"details": dict(found.details)}) + "\n")
    told = {"number": run.number, "follow_ups": run.follow_ups, "executions": run.executions}
    came = {"counters": run.counters, "differences": dict(run.differences), "open": run.open}
    sys.stdout.write(json.dumps({**told, **came}) + "\n")
    return 1 if run.counters or run.differences else 0


async def _compare(settings: Settings) -> tuple[Reconciliation, Sequence[Found]]:
    clock = Clock(settings.zone)
    database = Database(settings.database_url, service=NAME, pool_size=2, background=True)
    bus = await Bus.connect(settings.nats_url, name=f"{NAME}-compare")
    reconciler = reconciler_of(settings, clock, database, BusFollowUpOwner(bus))
    runs, ledgers = reconciler.runs, PostgresLedgers(database)
    number = await runs.ask(_OPERATOR, clock.now())
    # The running service may take pieces of it too, and a piece may have to wait.
    while (run := await runs.get(number or 0)) is not None and run.ended_at is None:
        if not await reconciler.step():
            await regroup_all(ledgers, chunk=settings.reporting_regroup_size, now=clock.now())
        await asyncio.sleep(settings.reporting_reconcile_pause_seconds)
    if run is None:
        raise LookupError(number)
    found = await runs.differences(run.number, after=0, limit=10_000, kind=None)
    await bus.close()
    await database.close()
    return run, found


async def _refill(settings: Settings, checks: PostgresChecks, ledgers: PostgresLedgers, clock: Clock) -> None:
    bus = await Bus.connect(settings.nats_url, name=f"{NAME}-reconcile")
    number = await checks.ask_refill(_OPERATOR, clock.now())
    # The running service may take pages of it too: each page is counted once whoever takes it.
    while (reached := await checks.refill(number)) is not None and not reached.ended:
        await refill_page(checks, BusFactSource(bus), ledgers, clock.now())
    await bus.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["reconcile"]:
        sys.exit(reconcile(Settings(), sys.argv[2:]))
    if sys.argv[1:2] == ["compare"]:
        sys.exit(compare(Settings()))
    serve(create_app, Settings, role=NAME)
