"""CSV files that name clients to be targeted: one a row, each judged alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import IO, Self

from pydantic import BaseModel, TypeAdapter, ValidationError

from services.campaign.ports import Skipped, SkipReason, TargetItem
from services.campaign.schemas.fields import Key
from services.campaign.schemas.jobs import Skip, TargetingJob
from services.campaign.schemas.targeting import MAX_CLIENTS
from shared.rulebook.days import parse_day
from shared.rulebook.errors import Invalid
from shared.rulebook.money import not_negative, parse_money
from shared.runtime.csv_files import CsvLines, open_lines

COLUMNS = {
    "client": "client",
    "reference": "client",
    "référence": "client",
    "potential": "potential",
    "potentiel": "potential",
    "entry_date": "entry_date",
    "entry date": "entry_date",
    "date_entree": "entry_date",
    "date d'entrée": "entry_date",
    "date d’entrée": "entry_date",
}
"""How a column may be called, in capitals or not, and what it holds; a client's reference is the host CRM's id."""
_MOST_SHOWN = 1_000
_SHOWN = 100
_CLIENT: TypeAdapter[str] = TypeAdapter(Key)


@dataclass(frozen=True, slots=True)
class CsvClients:
    """A file that was read: the clients it names, whose positions are rows, and the rows that name nobody."""

    lines: CsvLines
    items: list[TargetItem] = field(default_factory=list)
    wrong: list[Skipped] = field(default_factory=list)


def read_clients(file: IO[bytes]) -> CsvClients:
    """The file; it reads it, so that it must not run in an event loop.

    Raises Invalid: the codes of `open_lines`, `csv_column_missing`, `csv_column_unknown`, `csv_column_twice`,
    `csv_no_rows`, `csv_too_many_rows`.
    """
    lines = open_lines(file)
    columns = _columns(lines.header)
    if lines.count > MAX_CLIENTS:
        raise Invalid("csv_too_many_rows", {"limit": MAX_CLIENTS})
    read = CsvClients(lines)
    seen: set[str] = set()
    for row, cells in lines.rows():
        _take(read, row, columns, cells, seen)
    if not read.items and not read.wrong:
        raise Invalid("csv_no_rows")
    return read


class CsvTargeting(BaseModel):
    """What a file did, or with `dry_run` would do; rows are numbered as in a spreadsheet, whose first is the header.

    `refused` counts every row known to target nobody, `lines` holds the first thousand of them; without `dry_run` the
    job tells of those that turn out later.
    """

    dry_run: bool
    encoding: str
    delimiter: str
    rows: int
    accepted: int
    refused: int
    lines: list[Skip]
    job: TargetingJob | None = None

    @classmethod
    def of(cls, read: CsvClients, refused: Sequence[Skipped], job: TargetingJob | None) -> Self:
        """The report."""
        in_order = sorted(refused, key=lambda one: one.position)
        rows = len(read.items) + len(read.wrong)
        return cls(
            dry_run=job is None,
            encoding=read.lines.encoding,
            delimiter=read.lines.delimiter,
            rows=rows,
            accepted=rows - len(refused),
            refused=len(refused),
            lines=[Skip.of(one) for one in in_order[:_MOST_SHOWN]],
            job=job,
        )


def _columns(header: Sequence[str]) -> tuple[str, ...]:
    names = []
    for name in header:
        known = COLUMNS.get(name.lower())
        if known is None:
            raise Invalid("csv_column_unknown", {"column": name[:_SHOWN], "known": sorted(COLUMNS)})
        if known in names:
            raise Invalid("csv_column_twice", {"column": name[:_SHOWN]})
        names.append(known)
    if "client" not in names:
        raise Invalid("csv_column_missing", {"column": "client", "known": sorted(COLUMNS)})
    return tuple(names)


def _take(read: CsvClients, row: int, columns: Sequence[str], cells: Sequence[str], seen: set[str]) -> None:
    if len(cells) != len(columns):
        client = dict(zip(columns, cells, strict=False)).get("client", "")
        read.wrong.append(Skipped(row, _plain(client), "wrong_cell_count", f"{len(cells)} / {len(columns)}"))
        return
    named = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    client = named["client"]
    try:
        item = TargetItem(row, None, _client(client), *_values(named))
    except Invalid as invalid:
        detail = next((str(value) for value in invalid.data.values()), None)
        read.wrong.append(Skipped(row, _plain(client), invalid.code, None if detail is None else _plain(detail)))
        return
    if client in seen:
        read.wrong.append(Skipped(row, client, SkipReason.NAMED_TWICE.value))
        return
    seen.add(client)
    read.items.append(item)


def _client(cell: str) -> str:
    if not cell:
        raise Invalid("client_missing")
    try:
        return _CLIENT.validate_python(cell)
    except ValidationError:
        raise Invalid("client_invalid") from None


def _values(named: dict[str, str]) -> tuple[Decimal | None, date | None]:
    potential, entry_date = named.get("potential"), named.get("entry_date")
    return (
        not_negative(parse_money(potential)) if potential else None,
        parse_day(entry_date) if entry_date else None,
    )


def _plain(text: str) -> str:
    """What can be said back of a cell that may hold anything."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:_SHOWN])
