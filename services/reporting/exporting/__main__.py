"""The process that makes one file: reads an order, says how far it is, ends. It also ends when its input does.

It holds V8 and a compiler, so it is bounded in memory and never serves anybody.
"""

import asyncio
import json
import os
import resource
import shutil
import sys
import threading
from typing import Any
from zoneinfo import ZoneInfo

from services.reporting.exporting.making import Making
from services.reporting.exporting.order import Order
from services.reporting.exporting.producing import produce
from services.reporting.settings import Settings
from services.reporting.store.figures import PostgresReadings
from services.reporting.store.names import PostgresNames
from services.reporting.writers.workbook import TooManyRowsError
from shared.rulebook.errors import RuleBroken
from shared.runtime.clock import FixedClock
from shared.runtime.database import Database

_MEGABYTE = 1 << 20
_TOO_LARGE = "export_too_large"
_PARENT_GONE = 3


def main() -> None:
    """Make the file of the order that comes in."""
    order = Order.read(sys.stdin.readline())
    threading.Thread(target=_end_with_input, args=(order.folder,), daemon=True).start()
    limit = order.megabytes * _MEGABYTE
    # Of data, not of addresses: V8 reserves far more of these than it ever uses.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    try:
        _say(asyncio.run(_make(order)))
    except RuleBroken as broken:
        _say({"refused": broken.code})
    except (MemoryError, TooManyRowsError):
        _say({"refused": _TOO_LARGE})


async def _make(order: Order) -> dict[str, Any]:
    database = Database(Settings().database_url, service="reporting", pool_size=2)
    try:
        making = Making(
            order=order,
            readings=PostgresReadings(database),
            names=PostgresNames(database),
            clock=FixedClock(ZoneInfo(order.zone), order.now),
            progress=lambda rows: _say({"rows": rows}),
        )
        name, path = await produce(making)
    finally:
        await database.close()
    return {"file": name, "path": path.name}


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _end_with_input(folder: str) -> None:
    """Whoever gave the order is no more: leave nothing behind."""
    sys.stdin.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(_PARENT_GONE)


if __name__ == "__main__":
    main()
