"""Reads a bank-marketing file: one client a row, in the sample's format or in the original one with semicolons."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

NEEDED = ("job", "balance", "campaign", "y")
_LATER = ("row", "campaign", "y")
"""What the file knows afterwards is no attribute of the client while the campaign runs."""
_NUMBERS = ("age", "day", "duration", "pdays", "previous")
_MOST_CONTACTS = 900
"""All signals of a client travel in one batch."""


class SourceError(Exception):
    """The file cannot be played; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Person:
    """A row: `row` is its number in the original file, `contacts` how often the client was called in this campaign."""

    row: int
    job: str
    balance: Decimal
    contacts: int
    subscribed: bool
    attributes: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Source:
    """The rows that are played, and the digest of the whole file."""

    digest: str
    people: tuple[Person, ...]


def read(path: Path, *, rows: int | None = None) -> Source:
    """The first `rows` people of the file, all without a number. Raises SourceError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None
    people = tuple(_people(_lines(_text(data, path), path), path, rows))
    if not people:
        raise SourceError(f"{path} has no rows")
    if len({person.row for person in people}) != len(people):
        raise SourceError(f"{path}: a row number is there twice")
    return Source(digest=hashlib.sha256(data).hexdigest(), people=people)


def _text(data: bytes, path: Path) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(f"{path}, line {line}: not UTF-8") from None
    if "\0" in text:
        raise SourceError(f"{path} holds NUL bytes: not a text file")
    return text


def _lines(text: str, path: Path) -> "csv.DictReader[str]":
    header = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",", strict=True)
    missing = [column for column in NEEDED if column not in (reader.fieldnames or ())]
    if missing:
        raise SourceError(f"{path} has no column {', '.join(missing)}")
    return reader


def _people(reader: "csv.DictReader[str]", path: Path, rows: int | None) -> Sequence[Person]:
    people: list[Person] = []
    try:
        for number, fields in enumerate(reader, start=1):
            if rows is not None and number > rows:
                break
            people.append(_person(fields, number))
    except (csv.Error, ValueError, InvalidOperation) as error:
        raise SourceError(f"{path}, line {reader.line_num}: {error}") from None
    return people


def _person(fields: Mapping[str, str], number: int) -> Person:
    # DictReader files a surplus under None, and gives None for what a short row lacks.
    if None in fields or None in fields.values():
        raise ValueError("the row has not as many fields as the header")
    return Person(
        row=int(fields["row"]) if "row" in fields else number,
        job=_job(fields["job"]),
        balance=_balance(fields["balance"]),
        contacts=_contacts(fields["campaign"]),
        subscribed=_yes_or_no(fields["y"]),
        attributes={key: _attribute(key, value) for key, value in fields.items() if key not in _LATER},
    )


def _job(text: str) -> str:
    if not text.strip():
        raise ValueError("job is empty")
    return text.strip()


def _balance(text: str) -> Decimal:
    balance = Decimal(text)
    if not balance.is_finite() or balance != balance.quantize(Decimal("0.01")):
        raise ValueError(f"balance is no amount in euros: {text}")
    return balance


def _contacts(text: str) -> int:
    contacts = int(text)
    if not 1 <= contacts <= _MOST_CONTACTS:
        raise ValueError(f"campaign is no number of contacts from 1 to {_MOST_CONTACTS}: {text}")
    return contacts


def _yes_or_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"y is neither yes nor no: {text}")
    return text == "yes"


def _attribute(key: str, value: str) -> str | int | float:
    if key == "balance":
        return float(value)
    return int(value) if key in _NUMBERS else value
