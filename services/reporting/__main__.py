"""`python -m services.reporting`: this service alone.

`python -m services.reporting reconcile` recomputes all counters from the facts, beside the running service, prints what
differed (now repaired) as one JSON object per campaign, and exits with 1 if anything did; `--refill` reads all facts
again from the follow-up service before.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence

from services.reporting.app import NAME, create_app
from services.reporting.consumers import BusFactSource
from services.reporting.ports.counting import Check
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
    serve(create_app, Settings, role=NAME)
