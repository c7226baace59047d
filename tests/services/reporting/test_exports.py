"""Files of figures over HTTP: asked for, made by a process, given to their asker alone by the rights held then."""

import subprocess
import sys

import pytest
from sqlalchemy import update

from services.reporting.tables import campaigns
from shared.rulebook.access import AccessLevel
from tests.support.editions import text_of
from tests.support.exports import NOBODY, PREFIX, RESULTS, asked, shown
from tests.support.stories_reporting import CAMPAIGN, LILLE, NORTH, SOUTH, a_reader


@pytest.fixture
def client(exports_client):
    return exports_client


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


@pytest.mark.parametrize(
    ("asked_for", "expected", "names"),
    [
        (("campaign_summary", "2026-10-25", "happened"), "25 Oct 2026 (by date of happening)", False),
        (("results_by_advisor", "2026-10-25", "recorded"), "25 Oct 2026 (as recorded)", True),
        (("steps_by_advisor", "2020-01-01", "recorded"), "1 Jan 2020 (as recorded)", False),
    ],
)
async def test_editions_are_of_past_days_too_even_of_those_before_the_campaign(
    client, a_runner, asked_for, expected, names
):
    export = await asked(client, RESULTS | dict(zip(("what", "as_of", "axis"), asked_for, strict=True)))

    await a_runner().run_next()

    text = text_of((await client.get((await shown(client, export))["file"])).content)
    assert expected in text
    assert ("Advisor 0" in text) is names


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


def test_the_service_that_answers_requests_loads_neither_v8_nor_a_compiler():
    found = subprocess.run(
        [sys.executable, "-c", "import sys, services.reporting.app; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )

    assert {"py_mini_racer", "typst", "xlsxwriter"}.isdisjoint(found.stdout.split())
