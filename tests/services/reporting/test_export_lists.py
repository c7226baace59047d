"""The management list as a file: as on the screen, every row of it, and no client whom the reader does not reach."""

import asyncio
import os
import re
from contextlib import suppress
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from services.reporting.ports.listing import Order, Wanted
from services.reporting.ports.reading import Scope
from services.reporting.store.replicas import PostgresReplicas
from shared.contracts.directory import ClientChanged
from shared.rulebook.access import AccessLevel
from shared.rulebook.ids import campaign_id, client_id
from tests.support.exports import PREFIX, asked, shown
from tests.support.stories_reporting import (
    ANNE,
    CAMPAIGN,
    LILLE,
    NORTH,
    NOW,
    TODAY,
    a_definition,
    a_reader,
    a_story,
)

TREE = {"what": "detail_tree", "format": "xlsx", "nesting": ["unit", "advisor", "client"], "language": "fr"}
LIST = {"what": "management_list", "format": "xlsx", "language": "fr"}


MANY = text(
    "insert into follow_ups select made.* from (select follow_ups from follow_ups where closing is null limit 1)"
    " as one (kept), generate_series(1, 1000) as series (n), lateral jsonb_populate_record("
    "kept, jsonb_build_object('follow_up_id', cast(md5(concat(n, 'of', cast(:batch as integer))) as uuid))) as made"
)


def resident():
    """Megabytes that a process making a file holds at most so far."""
    most = 0
    for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
        with suppress(OSError):
            if "services.reporting.exporting" in Path(f"/proc/{child}/cmdline").read_text():
                most = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{child}/status").read_text())[1]) // 1024
    return most


async def watched(work):
    """Runs it and answers the megabytes that its process held at most, looked up as it goes."""
    running, most = asyncio.create_task(work), 0
    while not (await asyncio.wait({running}, timeout=0.05))[0]:
        most = max(most, resident())
    running.result()
    return most


@pytest.fixture
async def client(exports_client, database):
    """All 30 clients are Anne's today, one of them erased, and one with a hostile name."""
    clients = [
        ClientChanged(
            client_id=client_id(f"client {number}"),
            external_id=f"C-{number}",
            name="=cmd|' /C calc'!A0" if number == 3 else f"Client {number:02}",
            advisor_id=ANNE,
            revision=1,
            erased=number == 7,
            changed_at=NOW,
        )
        for number in range(30)
    ]
    await PostgresReplicas(database).keep(clients=clients)
    return exports_client


async def taken(client, a_runner, body):
    export = await asked(client, body)
    await a_runner().run_next()
    done = await shown(client, export)
    assert done["state"] == "done", done
    book = load_workbook(BytesIO((await client.get(done["file"])).content))
    return done, book.worksheets[0], dict(row for row in book.worksheets[1].iter_rows(values_only=True))


async def listed(readings, reader, **wanted):
    async with readings.listing() as (_, rows):
        asked_for = Wanted(scope=Scope(reader), campaign_ids=[CAMPAIGN], today=TODAY, **wanted)
        return (await rows.page(asked_for, Order(), None, 200))[0]


async def test_the_file_has_every_row_of_the_list_in_its_order(client, a_runner, readings):
    rows = await listed(readings, a_reader())

    done, sheet, about = await taken(client, a_runner, LIST)

    found = list(sheet.iter_rows(min_row=2, max_row=len(rows) + 1, values_only=True))
    assert 10 < len(rows) == done["rows"]
    assert [(row[0], row[12]) for row in found] == [(one.client_name or "–", float(one.collected)) for one in rows]
    assert "=cmd|' /C calc'!A0" in {row[0] for row in found}
    assert sheet.max_row == len(rows) + 2
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert sheet.cell(sheet.max_row, 13).value == f"=SUBTOTAL(109,M2:M{len(rows) + 1})"
    assert about["Lignes"] == str(len(rows))
    assert about["Ordre"] == "Client, croissant"
    assert about["Opération"] == "Toutes les opérations"


async def test_filters_and_order_are_those_of_the_screen_and_said(client, a_runner, readings):
    body = LIST | {
        "filters": {"campaign_id": CAMPAIGN},
        "list": {"state": ["CONCLUDED"], "collected_from": "1", "sort": "collected", "descending": True},
        "language": "en",
    }

    done, sheet, about = await taken(client, a_runner, body)

    amounts = [row[12] for row in sheet.iter_rows(min_row=2, max_row=done["rows"] + 1, values_only=True)]
    assert amounts == sorted(amounts, reverse=True)
    assert min(amounts) > 0
    assert {row[3] for row in sheet.iter_rows(min_row=2, max_row=done["rows"] + 1, values_only=True)} == {"Concluded"}
    assert (about["State"], about["Collected"]) == ("Concluded", "from €1.00 to –")
    assert about["Order"] == "Collected, descending"
    assert about["Definition version"] == "1"


async def test_sorted_by_campaign_the_file_is_in_the_order_of_the_screen(client, a_runner, tell):
    plan = a_definition().plan()
    for created, name in enumerate(("Zen", "épargne", "Assurance"), start=1):
        other = campaign_id(name)
        saved = a_definition(campaign=other, name=name, created_at=NOW.replace(month=8, day=created))
        await tell([saved], a_story(created + 1, [plan], 2, campaign=other))

    for descending in (False, True):
        body = LIST | {"list": {"sort": "campaign", "descending": descending}}
        done, sheet, _ = await taken(client, a_runner, body)

        told = [row[2] for row in sheet.iter_rows(min_row=2, max_row=done["rows"] + 1, values_only=True)]
        order = ["Assurance", "épargne", "Retraite", "Zen"]
        assert list(dict.fromkeys(told)) == (order[::-1] if descending else order)


async def test_who_reaches_no_client_finds_no_name_but_the_amounts(client, a_runner, caller, readings):
    caller.principal = a_reader(AccessLevel.SUBTREE, LILLE)
    mine = await listed(readings, caller.principal)
    assert {one.client_name is None for one in mine} == {True, False} or all(one.client_name for one in mine)

    _, sheet, _ = await taken(client, a_runner, LIST)

    names = [row[0] for row in sheet.iter_rows(min_row=2, max_row=len(mine) + 1, values_only=True)]
    assert names == [one.client_name or "–" for one in mine]
    assert "Client 07" not in names
    total = sum((one.initial_potential for one in mine), Decimal(0))
    assert Decimal(
        str(sum(row[10] for row in sheet.iter_rows(min_row=2, max_row=len(mine) + 1, values_only=True)))
    ) == (total)


async def test_the_tree_has_the_same_follow_ups_under_the_readers_structure(client, a_runner, caller, readings):
    caller.principal = a_reader(AccessLevel.SUBTREE, NORTH)
    mine = await listed(readings, caller.principal)

    done, sheet, about = await taken(client, a_runner, TREE)

    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert rows[0][:2] == ("Unit 1", "Unité")
    assert len([row for row in rows if row[1] == "Client"]) == len(mine) == done["rows"]
    assert "Unit 0" not in {row[0] for row in rows}
    assert about["Arborescence"] == "Unité, Conseiller, Client"
    assert rows[0][2].startswith("=SUBTOTAL(9,C3:C")
    assert [row[7] for row in rows if row[:2] == ("Advisor 0", "Conseiller")] == [100_000]


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_hundred_thousand_rows_take_no_more_memory_than_a_thousand(client, a_runner, database):
    used = []
    for rows, batches in ((1_000, range(1)), (100_000, range(1, 100))):
        for batch in batches:
            async with database.transaction() as connection:
                await connection.execute(MANY, {"batch": batch})
        export = await asked(client, LIST)
        used.append(await watched(a_runner(seconds=500).run_next()))
        assert (await shown(client, export))["rows"] >= rows

    assert used[1] < used[0] + 60, used


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"as_of": "2999-01-01"}, "as_of_in_future"),
        ({"list": {"sort": "planet"}}, "invalid_request"),
        ({"list": {"potential_from": "-1"}}, "invalid_request"),
        ({"list": {"text": "\x00"}}, "invalid_request"),
        ({"list": {"nonsense": 1}}, "invalid_request"),
        ({"nesting": ["client", "client"]}, "invalid_request"),
        ({"nesting": []}, "invalid_request"),
        (TREE | {"as_of": "2999-01-01"}, "as_of_in_future"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(client, change, code):
    answer = await client.post(PREFIX, json=LIST | change)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
