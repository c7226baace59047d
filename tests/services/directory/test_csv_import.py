"""CSV files of the CRM: the same rows as the bulk puts, with a rehearsal and a report."""

import pytest
from sqlalchemy.exc import OperationalError

from services.directory.store.records import PostgresDirectory
from shared.rulebook.ids import client_id
from tests.services.directory.conftest import a_client, a_user
from tests.support.fakes_directory import a_principal

HEADER = "external_id;name;advisor;phone;attributes.age;attributes.city\n"


async def send(door, kind: str, content: str | bytes, *, by: str = "crm", dry_run: bool = False):
    return await door.http.post(
        f"/api/directory/imports/{kind}",
        params={"dry_run": dry_run},
        content=content,
        headers={"Authorization": f"Bearer {by}", "Content-Type": "text/csv"},
    )


async def report(door, kind: str, content: str | bytes, *, dry_run: bool = False) -> dict:
    answer = await send(door, kind, content, dry_run=dry_run)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def peopled(door):
    await door.set_up_network()
    await door.put("users", [a_user("anne")])
    return door


async def test_a_network_is_imported_file_by_file(door):
    units = await report(door, "units", "external_id,name,parent,active\nlille,Lille,network,oui\nnetwork,Réseau,,\n")
    profiles = await report(door, "profiles", "external_id;name;access_level\nadvisor;Conseiller;OWN\n")
    users = await report(
        door, "users", "external_id;name;unit;profile;extra_rights.operator\nanne;Anne;lille;advisor;vrai\n"
    )
    clients = await report(door, "clients", HEADER + 'c1;"Martin; Élodie";anne;03 20;43;59000\n')

    assert [one["upserted"] for one in (units, profiles, users, clients)] == [2, 1, 1, 1]
    shown = (await door.get(f"clients/{client_id('c1')}")).json()
    assert (shown["name"], shown["phone"], shown["attributes"]) == (
        "Martin; Élodie",
        "03 20",
        {"age": 43, "city": 59000},
    )


async def test_a_rehearsal_reports_what_the_import_would_do_and_keeps_nothing(door, heard):
    await door.set_up_network()
    await door.put("users", [a_user("anne")])
    content = HEADER + "c1;One;anne;;;\nc2;Two;ghost;;;\nc1;Again;anne;;;\n\nc3;Short\n"

    rehearsed = await report(door, "clients", content, dry_run=True)
    listed = (await door.get("clients")).json()["items"]
    kept = await report(door, "clients", content)

    assert listed == []
    assert kept == rehearsed | {"dry_run": False}
    assert rehearsed == {
        "dry_run": True,
        "encoding": "utf-8",
        "delimiter": ";",
        "rows": 4,
        "upserted": 1,
        "unchanged": 0,
        "refused": 3,
        "errors": [
            rehearsed["errors"][0] | {"row": 3, "external_id": "c2", "code": "unknown_advisor"},
            rehearsed["errors"][1] | {"row": 4, "external_id": "c1", "code": "duplicate_in_call"},
            rehearsed["errors"][2] | {"row": 6, "external_id": None, "code": "wrong_cell_count"},
        ],
    }
    assert len((await heard(5 + 1 + 1))["ClientChanged"]) == 1


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ((HEADER + "c1;Élodie;anne;;;\n").encode(), "utf-8"),
        ((HEADER + "c1;Élodie;anne;;;\r\n").encode("utf-8-sig"), "utf-8-sig"),
        ((HEADER + "c1;Élodie;anne;;;\n").encode("cp1252"), "cp1252"),
        (HEADER.replace(";", ",").encode() + "c1,Élodie,anne,,,".encode("cp1252"), "cp1252"),
    ],
)
async def test_the_encoding_is_found_out(peopled, content, encoding):
    told = await report(peopled, "clients", content)

    assert (told["encoding"], told["upserted"]) == (encoding, 1)
    assert (await peopled.get(f"clients/{client_id('c1')}")).json()["name"] == "Élodie"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "csv_empty"),
        (b"\n\n", "csv_empty"),
        (HEADER.encode("utf-16"), "csv_encoding"),
        ((HEADER + "c1;Élodie é è à;anne;;;\n").encode() + "c2;é;anne;;;\n".encode("cp1252"), "csv_encoding"),
        (("\ufeff" + HEADER).encode() + b"c1;\xe9;anne;;;\n", "csv_encoding"),
        (HEADER.encode() + b"c1;\x81\x8d;anne;;;\n", "csv_encoding"),
        (HEADER + 'c1;"never closed;anne;;;\n', "csv_unreadable"),
        (HEADER + f'c1;"{"x" * 140_000}";anne;;;\n', "csv_unreadable"),
        (HEADER + 'c1;"a"b;anne;;;\n', "csv_unreadable"),
        ("external_id;name\n", "csv_column_missing"),
        ("external_id,name,advisor,colour\n", "csv_column_unknown"),
        ("external_id,name,advisor,attributes.\n", "csv_column_unknown"),
        ("external_id,name,advisor,\n", "csv_column_unknown"),
        ("external_id,name,advisor,name\n", "csv_column_twice"),
        (b"\x00\x01\x02", "csv_column_missing"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_whole(peopled, content, code):
    refused = await send(peopled, "clients", content)

    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await peopled.get("clients")).json()["items"] == []


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("c1;a\0b;anne;;;", "control_characters"),
        ('c1;"a\nb";anne;;;', "control_characters"),
        ("c 1;a;anne;;;", "external_id_characters"),
        (f"c1;{'x' * 201};anne;;;", "too_long"),
        (";a;anne;;;", "field_missing"),
        (f"c1;a;anne;{'1' * 51};;", "too_long"),
        (f"c1;a;anne;;;{'x' * 2_001}", "attribute_too_long"),
    ],
)
async def test_a_hostile_cell_costs_its_own_row_only(peopled, row, code):
    told = await report(peopled, "clients", f"{HEADER}{row}\nc2;=cmd|' /C calc'!A0;anne;;;\n")

    assert (told["upserted"], [error["code"] for error in told["errors"]]) == (1, [code])


async def test_numbers_and_truth_values_of_attributes_keep_their_kind(peopled):
    names = ("a", "b", "c", "d", "e", "f")
    header = "external_id;name;advisor;" + ";".join(f"attributes.{name}" for name in names)
    await report(peopled, "clients", f"{header}\nc1;One;anne;12,5;0123;TRUE;-7;1e400;12345678901234567890\n")

    attributes = (await peopled.get(f"clients/{client_id('c1')}")).json()["attributes"]

    assert attributes == {"a": 12.5, "b": "0123", "c": True, "d": -7, "e": "1e400", "f": "12345678901234567890"}


async def test_a_file_of_many_parts_counts_a_repeated_id_once(peopled):
    rows = "".join(f"c{row};Client {row};anne;;;\n" for row in range(5_000))

    told = await report(peopled, "clients", f"{HEADER}{rows}c0;Again;anne;;;\n")

    assert (told["rows"], told["upserted"], told["refused"]) == (5_001, 5_000, 1)
    assert (told["errors"][0]["row"], told["errors"][0]["code"]) == (5_002, "duplicate_in_call")


@pytest.fixture
def breaks_at(monkeypatch):
    """`breaks_at(n)`: the database goes away when writing for the n-th time."""
    whole = PostgresDirectory.writing
    begun = []

    def arrange(failing: int) -> None:
        def writing(self):
            begun.append(self)
            if len(begun) == failing:
                raise OperationalError("insert", {}, ConnectionError())
            return whole(self)

        monkeypatch.setattr(PostgresDirectory, "writing", writing)

    return arrange


MANY = "".join(f"c{row};Client {row};anne;;;\n" for row in range(2_500))


async def test_an_import_that_fails_half_way_says_what_it_kept_and_goes_on_when_sent_again(peopled, breaks_at):
    breaks_at(2)

    broken = await send(peopled, "clients", f"{HEADER}{MANY}")
    again = await report(peopled, "clients", f"{HEADER}{MANY}")

    assert (broken.status_code, broken.json()["code"]) == (503, "import_interrupted")
    assert broken.json()["data"] == {"upserted": 2_000, "unchanged": 0, "refused": 0}
    assert "2000" in broken.json()["detail"]
    assert (again["upserted"], again["unchanged"]) == (500, 2_000)


async def test_an_import_whose_first_part_fails_kept_nothing(peopled, breaks_at):
    breaks_at(1)

    broken = await send(peopled, "clients", f"{HEADER}{MANY}")

    assert (broken.status_code, broken.json()["code"]) == (503, "database_unavailable")
    assert (await peopled.get("clients")).json()["items"] == []


async def test_a_bulk_call_that_fails_half_way_says_what_it_kept(peopled, breaks_at):
    breaks_at(2)
    items = [a_client(f"c{row}") for row in range(2_500)]

    broken = await peopled.http.put(
        "/api/directory/clients", json={"items": items}, headers={"Authorization": "Bearer crm"}
    )

    assert (broken.status_code, broken.json()["data"]["upserted"]) == (503, 2_000)


async def test_a_report_lists_the_first_thousand_errors_and_counts_them_all(peopled):
    told = await report(peopled, "clients", HEADER + "c1;One;ghost;;;\n" + "x\n" * 1_500)

    assert (told["refused"], len(told["errors"])) == (1_501, 1_000)


async def test_units_of_one_file_are_at_most_ten_thousand(door):
    refused = await send(door, "units", "external_id,name\n" + "".join(f"u{row},x\n" for row in range(10_001)))

    assert (refused.status_code, refused.json()["code"]) == (422, "csv_too_many_rows")


async def test_only_the_crm_or_an_administrator_may_import(door):
    door.people["boss"] = a_principal("boss", manage_campaigns=True)

    refused = await send(door, "units", "external_id,name\n", by="boss", dry_run=True)

    assert (refused.status_code, refused.json()["data"]) == (403, {"missing": "administrator"})


async def test_a_file_beyond_the_limit_is_cut_off(door):
    refused = await send(door, "units", b"x" * (32 * 1024 * 1024 + 1))

    assert refused.status_code == 413


async def test_an_unknown_kind_is_refused(door):
    assert (await send(door, "secrets", "a")).status_code == 422
