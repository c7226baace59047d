"""CSV files as people save them: which encoding, which delimiter, which rows. What a row may hold is not here.

UTF-8, with or without a mark, or Windows-1252; cells stand between `;` or `,`. Nothing of this runs in an event loop.
"""

import asyncio
import codecs
import csv
import io
from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from shared.rulebook.errors import Invalid
from shared.runtime.messages import Language

HEADER_ROW = 1
"""Rows are numbered as a spreadsheet does: the header is row 1, what comes after it begins with row 2."""
_PIECE = 1 << 16
_BROKEN = "\ufffd"
_SHOWN = 100
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
MARK = "\ufeff"
"""What a file to be opened by a spreadsheet begins with, so that it is read as UTF-8."""


@dataclass(frozen=True, slots=True)
class CsvLines:
    """A file that was read once to its end without a mistake in its form; `count` does not count the header."""

    file: IO[bytes]
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    count: int

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header that have something in them, each with its number."""
        lines = _read(self.file, self.encoding, self.delimiter)
        return ((row, cells) for row, cells in lines if row > HEADER_ROW and any(cells))


def open_lines(file: IO[bytes]) -> CsvLines:
    """The file, read through once.

    Raises Invalid: `csv_encoding`, `csv_empty`, `csv_unreadable` with the row, `csv_column_twice`.
    """
    encoding = _encoding_of(file)
    file.seek(0)
    first = io.TextIOWrapper(io.BufferedReader(_Shared(file)), encoding=encoding, newline="").readline(_PIECE).strip()
    if not first:
        raise Invalid("csv_empty")
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    lines = _read(file, encoding, delimiter)
    header = tuple(name.strip() for name in next(lines)[1])
    for place, name in enumerate(header):
        if name in header[:place]:
            raise Invalid("csv_column_twice", {"column": name[:_SHOWN]})
    return CsvLines(file, encoding, delimiter, header, sum(any(cells) for _, cells in lines))


def text_of(rows: Iterable[Sequence[object]], language: Language) -> str:
    """Rows as CSV that a spreadsheet of that language opens: `;` in French, `,` in English; no text is carried out."""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return lines.getvalue()


def _harmless(cell: object) -> str:
    """The cell, with an apostrophe in front of what a spreadsheet would take for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


async def receive(stream: AsyncIterable[bytes], file: IO[bytes]) -> None:
    """Write what comes in to the file, a piece at a time."""
    async for piece in stream:
        await asyncio.to_thread(file.write, piece)


class _Shared(io.RawIOBase):
    """The file behind a text reader that does not close it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _encoding_of(file: IO[bytes]) -> str:
    file.seek(0)
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Invalid("csv_encoding", {"found": "UTF-16"})
    good, broken = _letters(file)
    if not broken:
        return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    # A few bytes that are wrong in a file that is UTF-8 otherwise: read as cp1252 it would turn every é into Ã©.
    if start.startswith(codecs.BOM_UTF8) or good > broken:
        raise Invalid("csv_encoding", {"found": "UTF-8"})
    try:
        for _ in _decoded(file, "cp1252", "strict"):
            pass
    except UnicodeDecodeError:
        raise Invalid("csv_encoding", {"found": None}) from None
    return "cp1252"


def _letters(file: IO[bytes]) -> tuple[int, int]:
    """How many characters beyond ASCII the file has as UTF-8, and how many bytes of it are not UTF-8."""
    good = broken = 0
    for text in _decoded(file, "utf-8-sig", "replace"):
        if not text.isascii():
            wrong = text.count(_BROKEN)
            broken += wrong
            good += sum(not character.isascii() for character in text) - wrong
    return good, broken


def _decoded(file: IO[bytes], encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    file.seek(0)
    while piece := file.read(_PIECE):
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _read(file: IO[bytes], encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with its number, the header and empty rows too; Invalid `csv_unreadable` with the row."""
    file.seek(0)
    reader = csv.reader(
        io.TextIOWrapper(io.BufferedReader(_Shared(file)), encoding=encoding, newline=""),
        delimiter=delimiter,
        strict=True,
    )
    row = HEADER_ROW
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Invalid("csv_unreadable", {"row": row, "reason": str(error)}) from None
        yield row, cells
        row += 1
