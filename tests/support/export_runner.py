"""`python -m tests.support.export_runner DATABASE_URL`: runs one export whose process never ends, and says its id."""

import asyncio
import sys
from dataclasses import dataclass

from services.reporting.exporting.running import ExportRunner
from services.reporting.store.exports import PostgresExports, PostgresFiles
from shared.runtime.database import Database
from tests.support.stories_reporting import NOW, a_reader

_ENDLESS = """
import os, sys, threading, time
from services.reporting.exporting.__main__ import _end_with_input
sys.stdin.readline()
threading.Thread(target=_end_with_input, args=("/nowhere",), daemon=True).start()
print(os.getpid(), file=sys.stderr, flush=True)
time.sleep(100)
"""


@dataclass(frozen=True, slots=True)
class _Anybody:
    async def present(self, _user_id: str) -> object:
        return a_reader()


async def main(url: str) -> None:
    """Until it is killed."""
    database = Database(url, service="reporting", pool_size=2)
    runner = ExportRunner(
        exports=PostgresExports(database),
        files=PostgresFiles(database, max_bytes=1_000_000),
        present=_Anybody().present,  # type: ignore[arg-type]
        now=lambda: NOW,
        database_url=url,
        zone="Europe/Paris",
        seconds=100,
        megabytes=1024,
        process=(sys.executable, "-c", _ENDLESS),
    )
    await runner.run_next()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
