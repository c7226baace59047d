"""Clients are targeted by CSV files as people save them; each row is judged alone, and a rehearsal keeps nothing."""

import pytest
from sqlalchemy import func, select

from services.campaign.tables import targeting_jobs
from shared.rulebook.ids import client_id
from tests.services.campaign.clients import a_campaign_of, rows
from tests.services.campaign.conftest import code_of

FRENCH = "Référence;Potentiel;Date d’entrée\r\nc1;1 234,56 €;04/05/2026\r\nc2;;\r\n"
ENGLISH = 'client,potential,entry_date\nc1,"1,234.56",2026-05-04\nc2,,\n'


async def send(door, campaign_id, body, *, by="boss", **query):
    content = body if isinstance(body, bytes) else body.encode()
    return await door.ask("POST", f"/{campaign_id}/clients/csv", by=by, content=content, params=query)


@pytest.mark.parametrize(
    ("body", "encoding", "delimiter"),
    [
        (FRENCH, "utf-8", ";"),
        (b"\xef\xbb\xbf" + FRENCH.encode(), "utf-8-sig", ";"),
        (FRENCH.encode("cp1252"), "cp1252", ";"),
        (ENGLISH, "utf-8", ","),
    ],
)
async def test_french_and_english_files_say_the_same(door, body, encoding, delimiter):
    campaign_id = (await door.create())["campaign_id"]

    answer = await send(door, campaign_id, body)

    told = answer.json()
    assert (answer.status_code, told["encoding"], told["delimiter"], told["rows"]) == (202, encoding, delimiter, 2)
    job = await door.job_when_worked(campaign_id, told["job"]["job_id"])
    assert (job["accepted"], job["skipped"]) == (2, 0)
    assert {one: (row["potential"], row["entry_date"]) for one, row in (await rows(door, campaign_id)).items()} == {
        "c1": ("1234.56", "2026-05-04"),
        "c2": ("0.00", "2026-04-20"),
    }


WRONG = """client;potential;entry_date
c1;12;04/05/2026
c2;1,234;
c3;-5;
c4;NaN;
c5;1e400;
c6;1,005;
;5;
c7\u200f;5;
c8;5;05/31/2026
c9;5;04/05/26
c10;5
c1;6;
c11;99999999999999999;
c12;5;31/12/9999
"""
JUDGED = [
    (3, "c2", "amount_ambiguous", "1,234"),
    (4, "c3", "amount_negative", "-5.00"),
    (5, "c4", "amount_invalid", "NaN"),
    (6, "c5", "amount_invalid", "1e400"),
    (7, "c6", "amount_ambiguous", "1,005"),
    (8, "", "client_missing", None),
    (9, "c7\ufffd", "client_invalid", None),
    (10, "c8", "date_invalid", "05/31/2026"),
    (11, "c9", "date_invalid", "04/05/26"),
    (12, "c10", "wrong_cell_count", "2 / 3"),
    (13, "c1", "named_twice", None),
    (14, "c11", "amount_too_large", "99999999999999999"),
]


async def test_a_row_that_cannot_be_read_is_listed_by_number_and_the_others_go_on(door):
    campaign_id = (await door.create())["campaign_id"]

    told = (await send(door, campaign_id, WRONG)).json()
    job = await door.job_when_worked(campaign_id, told["job"]["job_id"])

    assert [(one["position"], one["client"], one["reason"], one["detail"]) for one in told["lines"]] == JUDGED
    assert (told["rows"], told["accepted"], told["refused"]) == (14, 2, 12)
    assert (job["total"], job["accepted"], job["skipped"]) == (14, 1, 13)
    assert [(one["position"], one["reason"]) for one in job["skips"]][-1] == (15, "unknown_client")


async def test_a_rehearsal_says_what_would_become_of_each_row_and_keeps_nothing(door, database):
    campaign_id = await a_campaign_of(door, "c2")
    body = "client;entry_date\nc1;\nc2;\nstranger;\nc4;\nc3;01/06/2026\nc3;\n;04/05/2026\n;\n"

    answer = await send(door, campaign_id, body, by="branch", dry_run=True)

    told = answer.json()
    assert (answer.status_code, told["dry_run"], told["job"]) == (200, True, None)
    assert (told["rows"], told["accepted"], told["refused"]) == (7, 1, 6)
    assert [(one["position"], one["client"], one["reason"]) for one in told["lines"]] == [
        (3, "c2", "already_targeted"),
        (4, "stranger", "unknown_client"),
        (5, "c4", "unknown_client"),
        (6, "c3", "entry_date_out_of_range"),
        (7, "c3", "named_twice"),
        (8, "", "client_missing"),
    ]
    assert set(await rows(door, campaign_id)) == {"c2"}
    async with database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(targeting_jobs))).scalar_one() == 1


@pytest.mark.parametrize(
    ("body", "code", "data"),
    [
        (b"", "csv_empty", {}),
        (b"client\n", "csv_no_rows", {}),
        (b"potential\n5\n", "csv_column_missing", {"column": "client"}),
        (b"client;nonsense\nc1;5\n", "csv_column_unknown", {"column": "nonsense"}),
        (b"client;reference\nc1;c1\n", "csv_column_twice", {"column": "reference"}),
        (b'client\nc1\n"c2\n', "csv_unreadable", {"row": 3}),
        (b"client\nc1\n" + b"x" * 1_000_000 + b"\n", "csv_unreadable", {"row": 3}),
        ("client\nc1\n".encode("utf-16"), "csv_encoding", {"found": "UTF-16"}),
        ("client\nréférence\n".encode() + b"\xe9\n", "csv_encoding", {"found": "UTF-8"}),
        (b"client\n" + b"c\n" * 100_001, "csv_too_many_rows", {"limit": 100_000}),
    ],
)
async def test_a_file_that_cannot_be_read_to_its_end_is_refused_whole(door, body, code, data):
    campaign_id = (await door.create())["campaign_id"]

    refused = await send(door, campaign_id, body)

    assert (refused.status_code, code_of(refused)) == (422, code)
    assert data.items() <= refused.json()["data"].items()
    assert await rows(door, campaign_id) == {}


async def test_the_same_file_under_the_same_key_is_the_same_job(door):
    campaign_id = (await door.create())["campaign_id"]
    first = (await send(door, campaign_id, FRENCH, key="may")).json()["job"]

    again = (await send(door, campaign_id, FRENCH, key="may")).json()["job"]
    other = await send(door, campaign_id, ENGLISH, key="may")

    assert again["job_id"] == first["job_id"]
    assert (other.status_code, code_of(other)) == (409, "key_taken")


@pytest.mark.parametrize("dry_run", [True, False])
async def test_who_may_not_target_may_not_rehearse_either(door, dry_run):
    campaign_id = await a_campaign_of(door, "c1")
    ended = (await door.create(end_date="2026-04-19"))["campaign_id"]

    no_part = await send(door, campaign_id, FRENCH, by="reader", dry_run=dry_run)
    unseen = await send(door, campaign_id, FRENCH, by="vera", dry_run=dry_run)
    too_late = await send(door, ended, FRENCH, dry_run=dry_run)

    assert (no_part.status_code, no_part.json()["data"]) == (403, {"missing": "manage_campaigns"})
    assert unseen.status_code == 404
    assert (too_late.status_code, code_of(too_late)) == (409, "campaign_ended")


async def test_a_client_withdrawn_before_comes_back_by_csv(door):
    campaign_id = await a_campaign_of(door, "c1")
    await door.ask("POST", f"/{campaign_id}/clients/withdraw", json={"clients": [{"client_id": client_id("c1")}]})

    rehearsed = (await send(door, campaign_id, "client\nc1\n", dry_run=True)).json()
    told = (await send(door, campaign_id, "client\nc1\n")).json()

    assert (rehearsed["accepted"], rehearsed["refused"]) == (1, 0)
    assert (await door.job_when_worked(campaign_id, told["job"]["job_id"]))["accepted"] == 1
