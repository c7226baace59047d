"""Files of figures as jobs: asked for over HTTP, made by a process, kept for their asker, whatever is killed."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import func, select, update

from services.reporting.api.exports import export_routes
from services.reporting.exporting.running import ExportRunner
from services.reporting.ports.exporting import Reach
from services.reporting.settings import Settings
from services.reporting.store.exports import PostgresExports, PostgresFiles
from services.reporting.store.figures import PostgresReadings
from services.reporting.store.replicas import PostgresReplicas
from services.reporting.tables import campaigns, documents, exports
from services.reporting.use_cases.exports import AskExports
from shared.rulebook.access import AccessLevel
from shared.runtime.clock import FixedClock
from shared.runtime.http import service_app
from shared.runtime.security import current_principal
from tests.support.editions import text_of
from tests.support.stories_reporting import (
    CAMPAIGN,
    LILLE,
    NORTH,
    NOW,
    SOUTH,
    a_definition,
    a_reader,
    a_story,
    units,
    users,
)

PREFIX = "/api/reports/exports"
NOBODY = "11111111-1111-4111-8111-111111111111"
RESULTS = {"what": "results_by_advisor", "format": "pdf", "filters": {"campaign_id": CAMPAIGN}, "language": "en"}
MINUTE = timedelta(minutes=1)
SAYING = "import sys; sys.stdin.readline(); print('{}', flush=True); {}"


@pytest.fixture
async def told(database, tell):
    await PostgresReplicas(database).keep(users=users(), units=units())
    await tell([a_definition()], a_story(1, [a_definition().plan()], clients=30))


@pytest.fixture
def caller():
    return SimpleNamespace(principal=a_reader())


@pytest.fixture
async def client(told, database, caller):
    clock = FixedClock(ZoneInfo("Europe/Paris"), NOW)
    files = PostgresFiles(database, max_bytes=10_000_000)
    ask = AskExports(
        PostgresExports(database), files, PostgresReadings(database), clock, clock.now, written=lambda: None
    )
    app = service_app(title="Reporting", version="1", lifespan=None, settings=Settings())
    app.include_router(export_routes(ask))
    app.dependency_overrides[current_principal] = lambda: caller.principal
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.fixture
def a_runner(database, module_database, caller):
    async def present(_user_id):
        return caller.principal

    def make(**changes):
        runner = ExportRunner(
            exports=PostgresExports(database),
            files=PostgresFiles(database, max_bytes=10_000_000),
            present=present,
            now=lambda: NOW,
            database_url=module_database,
            zone="Europe/Paris",
            seconds=60,
            megabytes=2048,
        )
        return replace(runner, **changes)

    return make


async def asked(client, body=None, **headers):
    answer = await client.post(PREFIX, json=body or RESULTS, headers=headers)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def shown(client, export):
    return (await client.get(f"{PREFIX}/{export['export_id']}")).json()


def a_process(say, then=""):
    """A process that reads its order, says this and does that."""
    return (sys.executable, "-c", SAYING.format(json.dumps(say), then))


async def test_an_edition_is_asked_for_made_and_taken(client, a_runner):
    export = await asked(client)

    assert (export["state"], export["file"]) == ("queued", None)
    assert await a_runner().run_next()

    done = await shown(client, export)
    assert (done["state"], done["rows"], done["failure"]) == ("done", 4, None)
    answer = await client.get(done["file"])
    assert answer.headers["content-type"] == "application/pdf"
    assert "filename*=UTF-8''Results%20by%20advisor%20-%20Retraite" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "private, no-store"
    text = text_of(answer.content)
    assert "Advisor 0" in text
    assert "Retraite · 1 Oct 2026 to 31 Dec 2026 · Running" in text
    assert "24 Nov 2026 (as recorded)" in text
    assert "The whole network" in text
    assert not await a_runner().run_next()
    assert [one["export_id"] for one in (await client.get(PREFIX)).json()["exports"]] == [export["export_id"]]


@pytest.mark.parametrize(
    ("what", "expected"),
    [("campaign_summary", "Synthèse de l’opération"), ("steps_by_advisor", "Détail des étapes par conseiller")],
)
async def test_the_other_editions_show_the_readers_reach_in_the_language_of_the_request(
    client, a_runner, caller, what, expected
):
    caller.principal = a_reader(AccessLevel.SUBTREE, NORTH)
    body = {"what": what, "format": "pdf", "filters": {"campaign_id": CAMPAIGN, "unit_id": LILLE}}
    export = await asked(client, body, **{"Accept-Language": "fr"})

    await a_runner().run_next()

    text = text_of((await client.get((await shown(client, export))["file"])).content)
    assert expected in text
    assert "au-dessous (Unit 1)" in text
    assert "Unité Unit 3" in text
    assert "Advisor 2" not in text


async def test_the_file_is_nobody_elses(client, a_runner, caller):
    export = await asked(client)
    await a_runner().run_next()
    caller.principal = a_reader(user="another")

    answers = [
        await client.get(f"{PREFIX}/{export['export_id']}"),
        await client.get(f"{PREFIX}/{export['export_id']}/file"),
        await client.post(f"{PREFIX}/{export['export_id']}/cancel"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "export_unknown")] * 3
    assert (await client.get(PREFIX)).json() == {"exports": []}


async def test_the_file_is_given_out_by_the_rights_held_then(client, a_runner, caller):
    caller.principal = a_reader(AccessLevel.SUBTREE, NORTH)
    export = await asked(client)
    await a_runner().run_next()
    answers = {}

    for level, unit in (("ALL", LILLE), ("SUBTREE", NORTH), ("SUBTREE", SOUTH), ("UNIT", NORTH), ("NONE", NORTH)):
        caller.principal = a_reader(AccessLevel(level), unit)
        answers[level, unit] = await client.get(f"{PREFIX}/{export['export_id']}/file")

    assert [answer.status_code for answer in answers.values()] == [200, 200, 403, 403, 403]
    assert [answer.json()["code"] for answer in list(answers.values())[2:]] == [
        "export_reach_changed",
        "export_reach_changed",
        "right_missing",
    ]


async def test_the_file_is_made_by_the_rights_held_when_it_is_begun(client, a_runner, caller):
    first = await asked(client)
    caller.principal = a_reader(AccessLevel.UNIT, LILLE)
    await a_runner().run_next()
    second = await asked(client)
    caller.principal = a_reader(AccessLevel.NONE, LILLE)
    await a_runner().run_next()

    failed = await shown(client, second)
    caller.principal = a_reader(AccessLevel.UNIT, LILLE)
    text = text_of((await client.get((await shown(client, first))["file"])).content)

    assert "Advisor 2" not in text
    assert (failed["state"], failed["failure"]["code"]) == ("failed", "right_missing")


async def test_the_same_key_and_content_is_the_same_job(client):
    key = {"Idempotency-Key": "a"}

    first, again = await asked(client, **key), await asked(client, **key)
    other = await client.post(PREFIX, json=RESULTS | {"language": "fr"}, headers=key)

    assert first == again
    assert (other.status_code, other.json()["code"]) == (409, "key_taken")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"format": "xlsx"}, 422, "format_not_offered"),
        ({"what": "everything"}, 422, "invalid_request"),
        ({"language": "de"}, 422, "invalid_request"),
        ({"as_of": "2026-11-25"}, 422, "as_of_in_future"),
        ({"as_of": "yesterday"}, 422, "invalid_request"),
        ({"what": "steps_by_advisor", "filters": {}}, 422, "campaign_missing"),
        ({"filters": {"campaign_id": NOBODY}}, 404, "not_visible"),
        ({"filters": {"unit_id": NOBODY}}, 404, "not_visible"),
        ({"filters": {"advisor_id": NOBODY}}, 404, "not_visible"),
        ({"filters": {"nonsense": 1}}, 422, "invalid_request"),
        ({"more": 1}, 422, "invalid_request"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(client, change, status, code):
    answer = await client.post(PREFIX, json=RESULTS | change)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_missing_right_is_named(client, caller):
    caller.principal = a_reader(AccessLevel.NONE)

    answer = await client.post(PREFIX, json=RESULTS)

    assert (answer.status_code, answer.json()["data"]["missing"]) == (403, "access_level")


async def test_ten_at_once_are_enough(client):
    for _ in range(10):
        await asked(client)

    answer = await client.post(PREFIX, json=RESULTS)

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_exports")


async def test_a_file_that_is_not_made_yet_is_refused(client):
    export = await asked(client)

    answer = await client.get(f"{PREFIX}/{export['export_id']}/file")

    assert (answer.status_code, answer.json()["code"]) == (409, "export_not_done")


async def test_a_campaign_that_went_meanwhile_ends_the_job_with_its_reason(client, a_runner, database):
    export = await asked(client)
    async with database.transaction() as connection:
        await connection.execute(update(campaigns).values(deleted=True))

    await a_runner().run_next()

    failed = await shown(client, export)
    assert (failed["state"], failed["failure"]["code"], failed["file"]) == ("failed", "not_visible", None)


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
