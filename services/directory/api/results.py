"""What queries find: a count first, a page of clients, a file of them all."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from services.directory.api.queries import Queries
from services.directory.ports import Matched, Place
from services.directory.schemas.columns import MARK, Column, attributes_of, columns_of, csv_lines, usual_columns
from services.directory.schemas.queries import (
    MAX_BODY_BYTES,
    ColumnsInput,
    CountOut,
    MatchedOut,
    QueryInput,
    ResultInput,
)
from services.directory.schemas.queries import ResultPage as Page
from services.directory.schemas.reads import cursor_after, place_of
from services.directory.use_cases import query_clients
from services.directory.use_cases.query_clients import Asking
from shared.rulebook.access import Principal
from shared.runtime.errors import language_of
from shared.runtime.messages import Language
from shared.runtime.security import CurrentPrincipal, present_principal

_AT_ONCE = 500
"""Rows of an export read and sent together: all that it holds in memory."""
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The clients, a header row first"}
}


class RightsChanged(Exception):  # noqa: N818  the name is the message
    """The reader's rights are no longer those that an export began with: what was sent so far is not the whole."""


def results_router(queries: Queries) -> APIRouter:
    """The routes; they stand before those of one saved query."""
    router = APIRouter(prefix="/api/directory/queries", tags=["queries"])
    clients = queries.shelf.clients

    @router.post("/count", max_body_size=MAX_BODY_BYTES)
    async def count(reader: CurrentPrincipal, body: QueryInput) -> CountOut:
        """How many clients within reach match: exact, whatever their number."""
        whole = await queries.filter_of(reader, body)
        asking = await query_clients.asking(clients, reader, whole, queries.clock.today())
        return CountOut.counted(whole, await query_clients.count(clients, asking))

    @router.post("/result", max_body_size=MAX_BODY_BYTES)
    async def result(reader: CurrentPrincipal, body: ResultInput) -> Page:
        """The clients within reach that match, in French order, with the columns asked for."""
        columns = columns_of(body.columns or ())
        asking = await _asking(reader, body, columns)
        rows = await query_clients.page(
            clients, asking, attributes_of(columns), after=place_of(body.after), limit=body.limit
        )
        items = [
            MatchedOut.matched(found, {one.name: one.value(found, asking.asked.today) for one in columns})
            for _, found in rows
        ]
        return Page(items=items, next=cursor_after(rows, body.limit))

    @router.post("/export", response_class=StreamingResponse, responses=_CSV, max_body_size=MAX_BODY_BYTES)
    async def export(request: Request, reader: CurrentPrincipal, body: ColumnsInput) -> StreamingResponse:
        """All clients within reach that match, as a CSV file that a spreadsheet opens.

        Numbers and separators are French unless `Accept-Language` prefers English. Rights are asked again for every
        part of the file: when they change meanwhile, the connection breaks off rather than end as if all were there.
        """
        whole = await queries.filter_of(reader, body)
        columns = usual_columns(whole) if body.columns is None else columns_of(body.columns)
        asking = await _asking(reader, body, columns)
        first = await query_clients.page(clients, asking, attributes_of(columns), after=None, limit=_AT_ONCE)
        return StreamingResponse(
            _lines(request, asking, columns, first),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="clients.csv"'},
        )

    async def _asking(reader: Principal, body: QueryInput, columns: Sequence[Column]) -> Asking:
        whole = await queries.filter_of(reader, body)
        attributes = [one.attribute for one in columns if one.attribute is not None]
        return await query_clients.asking(clients, reader, whole, queries.clock.today(), attributes)

    async def _lines(
        request: Request, asking: Asking, columns: Sequence[Column], rows: Sequence[tuple[Place, Matched]]
    ) -> AsyncIterator[str]:
        language = language_of(request)
        yield MARK + csv_lines([[one.name for one in columns]], language)
        while rows:
            yield _part(rows, columns, asking.asked.today, language)
            if len(rows) < _AT_ONCE:
                return
            if await present_principal(request) != asking.reader:
                raise RightsChanged
            rows = await query_clients.page(clients, asking, attributes_of(columns), after=rows[-1][0], limit=_AT_ONCE)

    return router


def _part(rows: Sequence[tuple[Place, Matched]], columns: Sequence[Column], today: date, language: Language) -> str:
    return csv_lines([[one.value(found, today) for one in columns] for _, found in rows], language)
