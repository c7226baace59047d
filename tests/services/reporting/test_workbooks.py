"""Workbooks, read again by another program: every cell, and nothing that could be taken for a formula."""

import tracemalloc
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from services.reporting.writers.cells import LONGEST, Kind, clean
from services.reporting.writers.workbook import Book, Column, Row
from tests.support.editions import about

COLUMNS = (
    Column("Client"),
    Column("Étape", Kind.COUNT),
    Column("Potentiel", Kind.EUROS, summed=True),
    Column("Taux", Kind.RATE),
    Column("Entrée", Kind.DAY),
)
DAY = date(2026, 10, 1)


def saved(path, rows, columns=COLUMNS, mark=None, **options):
    with Book("Gestion", columns, **options) as book:
        book.add(rows)
        return book.save(path, mark or about())


def sheet_of(path, *, values=False):
    return load_workbook(path, data_only=values).worksheets[0]


def cells(sheet, row):
    return [cell.value for cell in sheet[row]]


def test_every_cell_is_what_was_given(tmp_path):
    rows = [
        Row(("Dupont Marie", 3, Decimal("1234.56"), "66.67", DAY)),
        Row(("Œuvre & Cie <SA>", None, Decimal("0.00"), None, None)),
        Row((None, 0, Decimal("-5.10"), "0.00", date(2026, 12, 31))),
    ]

    saved(tmp_path / "a.xlsx", rows)

    sheet = sheet_of(tmp_path / "a.xlsx")
    assert cells(sheet, 1) == ["Client", "Étape", "Potentiel", "Taux", "Entrée"]
    assert [cell.value for cell in sheet[2]][:4] == ["Dupont Marie", 3, 1234.56, 0.6667]
    assert sheet["E2"].value.date() == DAY
    assert cells(sheet, 3) == ["Œuvre & Cie <SA>", "–", 0, "–", "–"]
    assert cells(sheet, 4)[:4] == [None, 0, -5.1, 0]
    assert cells(sheet, 5) == ["Total", None, "=SUBTOTAL(109,C2:C4)", None, None]
    assert cells(sheet_of(tmp_path / "a.xlsx", values=True), 5)[2] == 1229.46
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:E4"
    assert sheet.column_dimensions["A"].width > 17


@pytest.mark.parametrize(
    ("language", "euros", "rate", "day"),
    [
        ("fr", r"#,##0.00\ [$€-40C];[Red]-#,##0.00\ [$€-40C]", r"0.00\ %", "[$-40C]dd/mm/yyyy"),
        ("en", "[$€-809]#,##0.00;[Red]-[$€-809]#,##0.00", "0.00%", "[$-809]dd mmm yyyy"),
    ],
)
def test_numbers_are_shown_as_the_reader_writes_them(tmp_path, language, euros, rate, day):
    saved(tmp_path / "a.xlsx", [Row(("A", 1, Decimal(1), "1.00", DAY))], mark=about(language))

    sheet = sheet_of(tmp_path / "a.xlsx")
    assert [sheet[place].number_format for place in ("C2", "D2", "E2")] == [euros, rate, day]
    assert sheet["C2"].alignment.horizontal == "right"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+33 6 12",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        '=HYPERLINK("http://x")',
        "http://x.example",
        "{=1}",
    ],
)
def test_no_text_is_ever_a_formula_or_a_link(tmp_path, text):
    saved(tmp_path / "a.xlsx", [Row((text, 1, Decimal(1), None, DAY))])

    cell = sheet_of(tmp_path / "a.xlsx")["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text.replace("\r", "\n"), "s", None)
    assert cell.quotePrefix is (text[0] in "=+-@\t\r\n")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\x00b\x1bc\x7f", "a\ufffdb\ufffdc\ufffd"),
        ("lone \ud800 half", "lone \ufffd half"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("two\r\nlines\rthree", "two\nlines\nthree"),
    ],
)
def test_what_a_file_cannot_hold_is_replaced_and_all_else_is_kept(tmp_path, given, kept):
    saved(tmp_path / "a.xlsx", [Row((given, 1, Decimal(1), None, DAY))])

    assert sheet_of(tmp_path / "a.xlsx")["A2"].value == kept


@pytest.mark.parametrize("letter", ["a", "é", "😀"])
def test_a_text_longer_than_a_cell_is_cut_and_says_so(tmp_path, letter):
    saved(tmp_path / "a.xlsx", [Row((letter * 40_000, 1, Decimal(1), None, DAY))])

    found = sheet_of(tmp_path / "a.xlsx")["A2"].value
    units = len(found.encode("utf-16-le")) // 2
    assert units in (LONGEST, LONGEST - 1)
    assert set(found) == {letter, "…"}
    assert clean(letter * 16_383) == letter * 16_383


def test_an_amount_that_a_spreadsheet_would_round_is_a_text(tmp_path):
    saved(tmp_path / "a.xlsx", [Row(("A", 1, Decimal("12345678901234.56"), None, DAY))])

    assert sheet_of(tmp_path / "a.xlsx")["C2"].value == "12345678901234.56"


def test_an_outline_sums_what_lies_below_by_formulas_that_count_nothing_twice(tmp_path):
    rows = [
        Row(("Réseau", Decimal("60.30"), 3), 0),
        Row(("Nord", Decimal("30.10"), 2), 1),
        Row(("Anne", Decimal("10.10"), 1), 2),
        Row(("Bruno", Decimal("20.00"), 1), 2),
        Row(("Sud", Decimal("30.20"), 1), 1),
        Row(("Chloé", Decimal("30.20"), 1), 2),
        Row(("Autre réseau", Decimal("5.00"), 0), 0),
    ]
    columns = (Column("Nom"), Column("Collecté", Kind.EUROS, summed=True), Column("Clients", Kind.COUNT, summed=True))

    saved(tmp_path / "a.xlsx", rows, columns, outlined=True)

    sheet, shown = sheet_of(tmp_path / "a.xlsx"), sheet_of(tmp_path / "a.xlsx", values=True)
    assert [sheet.row_dimensions[row].outlineLevel for row in range(2, 9)] == [0, 1, 2, 2, 1, 2, 0]
    assert [sheet[f"B{row}"].value for row in range(2, 10)] == [
        "=SUBTOTAL(9,B3:B7)",
        "=SUBTOTAL(9,B4:B5)",
        10.1,
        20,
        "=SUBTOTAL(9,B7:B7)",
        30.2,
        5,
        "=SUBTOTAL(9,B2:B8)",
    ]
    assert [shown[f"B{row}"].value for row in range(2, 10)] == [60.3, 30.1, 10.1, 20, 30.2, 30.2, 5, 65.3]
    assert [sheet[f"A{row}"].alignment.indent for row in range(2, 5)] == [0, 1, 2]
    assert sheet.sheet_properties.outlinePr.summaryBelow is False


def test_a_subtotal_that_is_no_sum_of_what_is_shown_stays_a_number(tmp_path):
    rows = [
        Row(("Réseau", Decimal("100.00")), 0),  # 70.00 of the target belongs to nobody
        Row(("Anne", Decimal("10.00")), 1),
        Row(("Bruno", Decimal("20.00")), 1),
    ]
    columns = (Column("Nom"), Column("Objectif", Kind.EUROS, summed=True))

    saved(tmp_path / "a.xlsx", rows, columns, outlined=True)

    assert [sheet_of(tmp_path / "a.xlsx")[f"B{row}"].value for row in (2, 3, 4)] == [100, 10, 20]


def test_a_sheet_says_what_the_file_is(tmp_path):
    mark = about(filters=[("Unité", "=Lille")], reach="Son unité")

    checksum = saved(tmp_path / "a.xlsx", [Row(("A", 1, Decimal(1), None, DAY))], mark=mark)

    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Gestion", "À propos"]
    assert [[cell.value for cell in row] for row in book["À propos"].iter_rows()] == [
        ["Édition", "Synthèse de l’opération"],
        ["Opération", "Retraite 2026"],
        ["Situation au", "20 nov. 2026 (selon l’enregistrement)"],
        ["Produit le", "20 nov. 2026, 09:30"],
        ["Pour", "Olga Petit"],
        ["Périmètre de lecture", "Son unité"],
        ["Unité", "=Lille"],
        ["Version de la définition", "3"],
        ["Lignes", "1"],
        ["Empreinte des données (SHA-256)", checksum],
    ]
    assert {cell.data_type for row in book["À propos"].iter_rows() for cell in row} == {"s"}


def test_the_checksum_is_that_of_the_rows_however_they_came(tmp_path):
    rows = [Row((str(number), number, Decimal(number), None, DAY)) for number in range(10)]
    with Book("Gestion", COLUMNS) as book:
        book.add(rows[:3])
        book.add(rows[3:])
        in_two = book.save(tmp_path / "b.xlsx", about("en"))

    assert saved(tmp_path / "a.xlsx", rows) == in_two
    assert saved(tmp_path / "a.xlsx", [*rows[:9], Row(("9", 9, Decimal("9.01"), None, DAY))]) != in_two


def test_no_rows_make_a_sheet_with_its_header_alone(tmp_path):
    saved(tmp_path / "a.xlsx", [])

    sheet = sheet_of(tmp_path / "a.xlsx")
    assert (sheet.max_row, sheet.auto_filter.ref) == (1, None)


def test_the_rows_that_wait_leave_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    saved(tmp_path / "a.xlsx", [Row(("A", 1, Decimal(1), None, DAY))])

    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


@pytest.mark.parametrize("rows", [5_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_memory_does_not_grow_with_the_rows(tmp_path, rows):
    with Book("Gestion", COLUMNS) as book:
        tracemalloc.start()
        for start in range(0, rows, 500):
            book.add(
                Row((f"Client {number} " + "x" * 100, 3, Decimal("12.34"), "66.67", DAY))
                for number in range(start, start + 500)
            )
        book.save(tmp_path / "a.xlsx", about())
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert most < 8_000_000  # as bytes of text, the rows are four times as many
    assert sheet_of(tmp_path / "a.xlsx").max_row == rows + 2 if rows == 5_000 else True
