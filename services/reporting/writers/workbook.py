"""Rows as a workbook, in memory that hardly grows: a sheet of rows with totals, and one that says what they are.

Rows wait in a file until all have come: the formula of a subtotal stands above the rows that it sums.
"""

import pickle
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from xlsxwriter import Workbook

from services.reporting.writers.about import About
from services.reporting.writers.cells import Kind, Pen, Styles
from services.reporting.writers.checksum import Checksum, Value
from services.reporting.writers.subtotals import Subtotals
from services.reporting.writers.words import say

MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576, its header and totals among them."""
_CHUNK = 1_000
_DEEPEST = 7
"""Levels of outline that a spreadsheet knows."""
_WIDEST = 60
_SHOWN_ALL = 9
_SHOWN_FILTERED = 109
"""The functions of SUBTOTAL: with what an outline hides, and without what a filter hides."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `summed` ones have totals, as a formula wherever it gives the value that is written with it."""

    title: str
    kind: Kind = Kind.TEXT
    summed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row; in an outline, level 0 is the top, and the rows of the levels below follow theirs."""

    values: Sequence[Value]
    level: int = 0


class TooManyRowsError(Exception):
    """More rows than a sheet can hold."""


class Book:
    """Use as a context: `add` chunks of rows, then `save`. What waits on disk goes when the context ends."""

    def __init__(self, sheet: str, columns: Sequence[Column], *, outlined: bool = False) -> None:
        self._sheet = sheet
        self._columns = columns
        self._outlined = outlined
        self._summed = [place for place, column in enumerate(columns) if column.summed]
        self._subtotals = Subtotals(len(self._summed))
        self._checksum = Checksum()
        self._folder = tempfile.TemporaryDirectory(prefix="jalon-workbook-")
        self._waiting: IO[bytes] = (Path(self._folder.name) / "rows").open("w+b")
        self._widths = [len(column.title) for column in columns]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.close()
        self._folder.cleanup()

    @property
    def rows(self) -> int:
        """How many rows came so far."""
        return self._subtotals.rows

    def add(self, rows: Iterable[Row]) -> None:
        """Take these rows in. Raises TooManyRowsError."""
        chunk = [(row.level, tuple(row.values)) for row in rows]
        if self.rows + len(chunk) > MOST_ROWS:
            raise TooManyRowsError
        for level, values in chunk:
            self._subtotals.add(level, [_exact(values[place]) for place in self._summed])
            self._widths = [max(width, _width(value)) for width, value in zip(self._widths, values, strict=True)]
        self._checksum.add([[level, *values] for level, values in chunk])
        pickle.dump(chunk, self._waiting, pickle.HIGHEST_PROTOCOL)

    def add_all(self, rows: Iterable[Row]) -> None:
        """Take them in, a chunk at a time. Raises TooManyRowsError."""
        coming = iter(rows)
        while chunk := list(islice(coming, _CHUNK)):
            self.add(chunk)

    def save(self, path: Path, about: About) -> str:
        """Write the workbook; answers the checksum of its data."""
        self._subtotals.close()
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
            "tmpdir": self._folder.name,
        }
        with Workbook(str(path), options) as book:
            book.set_properties({"title": about.title, "subject": about.subject, "created": about.made_at})
            styles, words = Styles(book, about.language), say(about.language)
            pen = Pen(book.add_worksheet(_sheet_name(self._sheet)), styles)
            self._write_header(pen, styles)
            self._write_rows(pen)
            self._write_totals(pen, words["total"])
            telling = Pen(book.add_worksheet(_sheet_name(words["about"])), styles)
            _tell(telling, about, styles, checksum=self._checksum.text, rows=self.rows)
        return self._checksum.text

    def _write_header(self, pen: Pen, styles: Styles) -> None:
        sheet = pen.sheet
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 32)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.outline_settings(True, False, True, False)  # noqa: FBT003  visible; sums above their rows
        for place, column in enumerate(self._columns):
            pen.put_label((0, place), column.title, styles.header)
            sheet.set_column(place, place, min(self._widths[place], _WIDEST) + 3)
        if self.rows:
            sheet.autofilter(0, 0, self.rows, len(self._columns) - 1)

    def _write_rows(self, pen: Pen) -> None:
        for place, (level, values) in enumerate(self._kept()):
            row = place + 1
            if self._outlined and level:
                pen.sheet.set_row(row, None, None, {"level": min(level, _DEEPEST)})
            formulas = self._subtotals.formulas(place)
            for column, (about, value) in enumerate(zip(self._columns, values, strict=True)):
                if column in self._summed and self._summed.index(column) in formulas:
                    below = (row + 1, self._subtotals.last_below(place) + 1)
                    pen.put_subtotal((row, column), below, _SHOWN_ALL, value, about.kind)
                else:
                    look = {"level": level} if self._outlined and column == 0 else {}
                    pen.put((row, column), value, about.kind, **look)

    def _write_totals(self, pen: Pen, label: str) -> None:
        if not (self.rows and self._summed):
            return
        row, function = self.rows + 1, _SHOWN_ALL if self._outlined else _SHOWN_FILTERED
        for column, about in enumerate(self._columns):
            if about.summed:
                total = self._subtotals.total(self._summed.index(column))
                pen.put_subtotal((row, column), (1, self.rows), function, total, about.kind, bold=True)
            else:
                pen.put((row, column), label if column == 0 else "", Kind.TEXT, bold=True)

    def _kept(self) -> Iterator[tuple[int, tuple[Value, ...]]]:
        self._waiting.flush()
        self._waiting.seek(0)
        left = self.rows
        while left:
            chunk = pickle.load(self._waiting)  # noqa: S301  our own, in a folder of our own
            left -= len(chunk)
            yield from chunk


def _tell(pen: Pen, about: About, styles: Styles, *, checksum: str, rows: int) -> None:
    pen.sheet.set_column(0, 0, 36)
    pen.sheet.set_column(1, 1, 80)
    words = say(about.language)
    lines = [(words["edition"], about.title), (words["subject"], about.subject)]
    for row, (label, text) in enumerate([*lines, *about.lines(checksum=checksum, rows=rows)]):
        pen.put_label((row, 0), label, styles.label)
        pen.put_label((row, 1), text, styles.long)


def _exact(value: Value) -> Decimal:
    return Decimal(0) if value is None or value == "" else Decimal(str(value))


def _width(value: Value) -> int:
    """About how many letters wide it is; euros grow by separators and their sign."""
    if isinstance(value, str):
        return len(value.partition("\n")[0])
    return 0 if value is None else len(str(value)) + (len(str(value)) // 3 if isinstance(value, Decimal | int) else 2)


def _sheet_name(title: str) -> str:
    """A name that every spreadsheet takes: 31 letters, none that stands for something in formulas."""
    cleaned = "".join(" " if letter in "[]:*?/\\" or ord(letter) < 32 else letter for letter in title)  # noqa: PLR2004
    return cleaned.strip(" '")[:31].strip(" '") or "1"
