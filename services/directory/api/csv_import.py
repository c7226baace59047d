"""The same rows as CSV files, with a rehearsal that keeps nothing and a report."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from services.directory.api.kinds import KINDS, Kind
from services.directory.api.parts import in_parts
from services.directory.api.put import importer
from services.directory.ports import Author, Directory, Door
from services.directory.schemas.csv_files import Batch, CsvFile, columns_of, open_csv
from services.directory.schemas.puts import MAX_BODY_BYTES, MAX_ITEMS, ImportReport
from services.directory.use_cases.bulk import Outcome
from shared.rulebook.errors import Invalid
from shared.runtime.clock import Clock
from shared.runtime.csv_files import receive
from shared.runtime.security import CurrentPrincipal

_IN_MEMORY = 1 << 20
_ROWS = 2_000

Importable = StrEnum("Importable", {name.upper(): name for name in KINDS})  # type: ignore[misc]
_COLUMNS = "\n".join(f"- `{name}`: {', '.join(columns_of(kind.shape))}" for name, kind in KINDS.items())
_DryRun = Annotated[bool, Query(description="Judge every row and answer the report, but keep nothing")]
_CSV_BODY = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary", "description": _COLUMNS}}},
    }
}


def csv_router(directory: Directory, rehearsal: Directory, clock: Clock, written: Callable[[], None]) -> APIRouter:
    """The import of files; `rehearsal` is a directory that takes back all that is written to it."""
    router = APIRouter(prefix="/api/directory", tags=["import"], dependencies=[Depends(importer)])

    @router.post("/imports/{kind}", max_body_size=MAX_BODY_BYTES, openapi_extra=_CSV_BODY)
    async def import_csv(
        request: Request,
        principal: CurrentPrincipal,
        kind: Importable,
        dry_run: _DryRun = False,  # noqa: FBT002  a parameter of the query
    ) -> ImportReport:
        """Upsert the rows of a CSV file: UTF-8, with or without a mark, or Windows-1252; cells between `;` or `,`.

        The first row names the columns, as the fields of the bulk put; the same rules judge each row. A file that
        cannot be read to its end is refused whole. Rows are numbered from 1, the header.

        Rows are kept 2,000 at a time, units all at once. When something fails on the way, `import_interrupted` says
        how many rows the parts before it wrote: send the file again, and they count as unchanged.
        """
        wanted = KINDS[kind]
        author = Author(principal.user_id, clock.now(), Door.CSV)
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            await receive(request.stream(), file)
            rows = await asyncio.to_thread(open_csv, file, wanted.shape)
            outcome = Outcome()
            try:
                if dry_run:
                    await _take(wanted, rows, rehearsal, author, outcome)
                else:
                    await in_parts(_take(wanted, rows, directory, author, outcome), outcome)
            finally:
                written()
        return ImportReport.of(outcome, dry_run=dry_run, encoding=rows.lines.encoding, delimiter=rows.lines.delimiter)

    return router


async def _take(kind: Kind[Any, Any], rows: CsvFile, directory: Directory, author: Author, outcome: Outcome) -> None:
    if kind.whole and rows.lines.count > MAX_ITEMS:
        raise Invalid("csv_too_many_rows", {"limit": MAX_ITEMS})
    with closing(rows.batches(MAX_ITEMS if kind.whole else _ROWS)) as batches:  # type: ignore[type-var]
        while (batch := await asyncio.to_thread(_next, batches)) is not None:
            outcome.errors.extend(batch.wrong)
            await kind.take(directory, batch.rows, outcome, author)


def _next(batches: Any) -> Batch | None:
    batch: Batch | None = next(batches, None)
    return batch
