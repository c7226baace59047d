"""CSV files as the items of a bulk put: their columns and cells. What a row may hold is not here.

A column is named as the field of the item: `external_id`, `name`, …; a field within a field has its path
(`extra_rights.operator`), and a free attribute its name behind `attributes.`. An empty cell says nothing of its field.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import UnionType
from typing import IO, Any, get_args, get_origin

from pydantic import BaseModel

from services.directory.use_cases.bulk import RowError
from shared.rulebook.errors import Invalid
from shared.runtime.csv_files import CsvLines, open_lines

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:[.,][0-9]{1,6})?")
_TRUTHS = {"oui": "true", "vrai": "true", "non": "false", "faux": "false"}
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows by their number: those that can be read as items, and the errors of the others."""

    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    wrong: list[RowError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file that was read once to its end without a mistake in its form."""

    lines: CsvLines
    columns: tuple["_Column", ...]

    def batches(self, size: int) -> Iterator[Batch]:
        """Its rows in their order, `size` at a time; it reads the file, so that it must not run in an event loop."""
        batch = Batch()
        for row, cells in self.lines.rows():
            if len(cells) == len(self.columns):
                batch.rows.append((row, _item(self.columns, cells, self.lines.delimiter)))
            else:
                detail = f"The row has {len(cells)} cells and the header {len(self.columns)}."
                batch.wrong.append(RowError(row, None, "wrong_cell_count", detail))
            if len(batch.rows) + len(batch.wrong) == size:
                yield batch
                batch = Batch()
        yield batch


def open_csv(file: IO[bytes], shape: type[BaseModel]) -> CsvFile:
    """The file as rows of `shape`, read through once; it reads the file, so that it must not run in an event loop.

    Raises Invalid: `csv_encoding`, `csv_empty`, `csv_unreadable`, `csv_column_missing`, `csv_column_unknown`,
    `csv_column_twice`.
    """
    lines = open_lines(file)
    return CsvFile(lines, _columns(lines.header, shape))


@dataclass(frozen=True, slots=True)
class _Column:
    path: tuple[str, ...]
    truth: bool = False
    free: bool = False


def _columns(names: Sequence[str], shape: type[BaseModel]) -> tuple[_Column, ...]:
    known = columns_of(shape)
    missing = [name for name in _required(shape) if name not in names]
    if missing:
        raise Invalid("csv_column_missing", {"column": missing[0], "known": sorted(known)})
    return tuple(_column(name, known) for name in names)


def _column(name: str, known: dict[str, _Column]) -> _Column:
    if name in known:
        return known[name]
    stem, _, rest = name.partition(".")
    if rest and f"{stem}.*" in known:
        return _Column((stem, rest), free=True)
    raise Invalid("csv_column_unknown", {"column": name[:_SHOWN], "known": sorted(known)})


def columns_of(shape: type[BaseModel], above: tuple[str, ...] = ()) -> dict[str, _Column]:
    """The columns that a file of `shape` may have, by name; `attributes.*` stands for any name behind the point."""
    columns: dict[str, _Column] = {}
    for name, known in shape.model_fields.items():
        path = (*above, name)
        kinds = get_args(known.annotation) if get_origin(known.annotation) is UnionType else (known.annotation,)
        inner = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
        if inner is not None:
            columns |= columns_of(inner, path)
        elif get_origin(known.annotation) is dict:
            columns[".".join((*path, "*"))] = _Column(path, free=True)
        else:
            columns[".".join(path)] = _Column(path, truth=bool in kinds)
    return columns


def _required(shape: type[BaseModel]) -> list[str]:
    return [name for name, known in shape.model_fields.items() if known.is_required()]


def _item(columns: tuple[_Column, ...], cells: list[str], delimiter: str) -> dict[str, Any]:
    item: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=True):
        if not cell.strip():
            continue
        held = item
        for name in column.path[:-1]:
            held = held.setdefault(name, {})
        held[column.path[-1]] = _value(column, cell, delimiter)
    return item


def _value(column: _Column, cell: str, delimiter: str) -> Any:
    if column.truth:
        said = cell.strip().lower()
        return _TRUTHS.get(said, said)
    return _attribute(cell.strip(), delimiter) if column.free else cell


def _attribute(cell: str, delimiter: str) -> Any:
    """A number as people write it, a truth value, or the text; what begins with a 0, such as a postal code, is text."""
    if cell.lower() in {"true", "false"}:
        return cell.lower() == "true"
    if not _NUMBER.fullmatch(cell) or ("," in cell and delimiter == ","):
        return cell
    number = cell.replace(",", ".")
    return float(number) if "." in number else int(number)
