"""Jobs that make files: whatever is cancelled, killed or late, one attempt ends each, and nothing is left behind."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from services.reporting.ports.exporting import Reach
from services.reporting.store.exports import PostgresExports, PostgresFiles
from services.reporting.store.jobs_under_way import stopping
from services.reporting.tables import documents, exports
from shared.rulebook.access import AccessLevel
from shared.rulebook.errors import NotVisible, Refused
from tests.support.exports import NOBODY, PREFIX, a_process, asked, shown
from tests.support.stories_reporting import LILLE, NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture
def client(exports_client):
    return exports_client


async def test_progress_is_told_and_cancelling_stops_the_process(client, a_runner):
    export = await asked(client)
    running = asyncio.create_task(a_runner(process=a_process({"rows": 7}, "import time; time.sleep(60)")).run_next())

    async with asyncio.timeout(20):
        while (await shown(client, export))["rows"] != 7:
            await asyncio.sleep(0.1)
    seen = await shown(client, export)
    cancelled = await client.post(f"{PREFIX}/{export['export_id']}/cancel")
    async with asyncio.timeout(20):
        await running

    assert (seen["state"], cancelled.json()["state"]) == ("running", "cancelled")
    assert (await shown(client, export))["state"] == "cancelled"
    assert not await a_runner().run_next()


async def test_an_operator_stops_anybodys_export_once(client, database):
    export = await asked(client)
    stop = stopping(database, lambda: NOW)

    await stop(export["export_id"])

    assert (await shown(client, export))["state"] == "cancelled"
    with pytest.raises(Refused, match="job_over"):
        await stop(export["export_id"])
    with pytest.raises(NotVisible, match="job_unknown"):
        await stop("00000000-0000-4000-8000-000000000000")


async def test_what_is_over_stays_as_it_ended(client, a_runner):
    export = await asked(client)
    await a_runner().run_next()

    answer = await client.post(f"{PREFIX}/{export['export_id']}/cancel")

    assert answer.json()["state"] == "done"


async def test_a_process_that_dies_is_tried_again_three_times(client, a_runner):
    export = await asked(client)
    dying = a_runner(process=a_process({"rows": 1}, f"import os; os.kill(os.getpid(), {signal.SIGKILL})"))

    for _ in range(4):
        assert (await shown(client, export))["state"] in ("queued", "running")
        await dying.run_next()

    failed = await shown(client, export)
    assert (failed["state"], failed["failure"]["code"]) == ("failed", "export_failed")


async def test_a_process_that_runs_out_of_memory_ends_the_job(client, a_runner):
    export = await asked(client)

    await a_runner(process=a_process({"rows": 1}, "import os; os.abort()")).run_next()

    failed = await shown(client, export)
    assert (failed["state"], failed["failure"]["code"]) == ("failed", "export_too_large")


async def test_after_a_process_died_another_one_makes_the_file(client, a_runner):
    export = await asked(client)
    await a_runner(process=a_process({"rows": 1}, "sys.exit(1)")).run_next()

    await a_runner().run_next()

    assert (await shown(client, export))["state"] == "done"


async def test_a_process_that_takes_too_long_is_stopped(client, a_runner):
    export = await asked(client)

    await a_runner(seconds=0.5, process=a_process({"rows": 1}, "import time; time.sleep(60)")).run_next()

    assert (await shown(client, export))["state"] == "queued"


async def test_a_job_is_run_by_one_at_a_time(client, database):
    await asked(client)
    jobs = PostgresExports(database)

    claimed = await asyncio.gather(*(jobs.claim(MINUTE) for _ in range(3)))

    assert len([export for export in claimed if export is not None]) == 1


async def test_who_comes_back_after_the_lease_can_no_longer_end_the_job(client, database, a_runner):
    export = await asked(client)
    jobs = PostgresExports(database)
    slow = await jobs.claim(timedelta(0))

    await a_runner().run_next()

    assert not await jobs.renew(slow, MINUTE, rows=1)
    assert not await jobs.complete(slow, NOBODY, Reach(AccessLevel.ALL, LILLE, crm=False), rows=0, now=NOW)
    await jobs.fail(slow, "export_failed", NOW)
    assert (await shown(client, export))["state"] == "done"


async def test_a_runner_killed_at_once_leaves_no_process_and_its_job_to_others(
    client, a_runner, module_database, database, tmp_path
):
    export = await asked(client)
    runner = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.export_runner",
        module_database,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        making = int(await runner.stderr.readline())
        while (await shown(client, export))["state"] != "running":
            await asyncio.sleep(0.1)

    runner.kill()
    await runner.wait()

    async with asyncio.timeout(20):
        while _is_alive(making):
            await asyncio.sleep(0.1)
    async with database.transaction() as connection:
        await connection.execute(update(exports).values(leased_until=func.now()))
    await a_runner().run_next()
    assert (await shown(client, export))["state"] == "done"
    assert (await shown(client, export))["rows"] == 4


async def test_files_and_jobs_are_forgotten_when_their_time_is_over(client, a_runner, database):
    export = await asked(client)
    await a_runner().run_next()
    files, jobs = PostgresFiles(database, max_bytes=1), PostgresExports(database)

    kept = (await files.sweep(NOW), await jobs.forget(NOW))
    later = NOW + timedelta(seconds=1)
    gone = (await files.sweep(later), await jobs.forget(later))

    assert (kept, gone) == ((0, 0), (1, 1))
    assert (await client.get(f"{PREFIX}/{export['export_id']}")).status_code == 404
    async with database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(documents.chunks))).scalar_one() == 0


def _is_alive(pid):
    """Whether it runs; one that ended and that nobody asked about does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
