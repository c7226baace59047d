"""Saved queries: kept, shared, changed with If-Match and taken out; and what filters may speak of."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response

from services.directory.api.read import MOST
from services.directory.ports import Wanted
from services.directory.schemas.queries import (
    MAX_BODY_BYTES,
    AttributeList,
    FilterOut,
    QueryInput,
    SavedQueryInput,
    SavedQueryOut,
    SavedQueryPage,
)
from services.directory.schemas.reads import cursor_after, place_of
from services.directory.use_cases import query_clients, save_queries
from services.directory.use_cases.save_queries import Shelf
from shared.rulebook.access import Principal
from shared.rulebook.errors import Invalid
from shared.rulebook.filters import OWN_KINDS, Filter
from shared.runtime import errors, problems
from shared.runtime.clock import Clock
from shared.runtime.http import PROBLEMS
from shared.runtime.security import CurrentPrincipal
from shared.runtime.versions import IfMatch, IfMatchOptional, tag

_UNSEEN: dict[int | str, dict[str, Any]] = {
    404: PROBLEMS[404] | {"description": "The unit that it is shared with is beyond reach"}
}


async def query_changed(request: Request, error: save_queries.QueryChanged) -> Response:
    """412: the query was saved in between; `data.present` is the revision to look at."""
    return errors.respond(problems.make(error.code, 412, data=error.data, language=errors.language_of(request)))


@dataclass(frozen=True, slots=True)
class Queries:
    """What the routes need: saved queries, the clients they find, and the day it is."""

    shelf: Shelf
    clock: Clock

    async def filter_of(self, reader: Principal, given: QueryInput) -> Filter:
        """The filter that a request means; Invalid `query_unclear`, NotVisible for a query that is none of theirs."""
        if (given.filter is None) == (given.query_id is None):
            raise Invalid("query_unclear")
        if given.filter is not None:
            return given.filter
        return (await save_queries.visible(self.shelf.saved, reader, str(given.query_id))).filter


def saved_queries_router(queries: Queries) -> APIRouter:
    """The routes of saved queries; those under fixed names come before those under an id."""
    router = APIRouter(prefix="/api/directory", tags=["queries"])
    saved = queries.shelf.saved

    @router.get("/attributes")
    async def attributes(reader: CurrentPrincipal) -> AttributeList:
        """What a filter may speak of: the directory's own attributes, and every one that the CRM gave some client."""
        return AttributeList.of(OWN_KINDS, await query_clients.catalogue(queries.shelf.clients, reader))

    @router.post("/queries/check", max_body_size=MAX_BODY_BYTES)
    async def check(reader: CurrentPrincipal, body: QueryInput) -> FilterOut:
        """The filter in both its forms, once it is sure that it can be asked."""
        whole = await queries.filter_of(reader, body)
        await query_clients.asking(queries.shelf.clients, reader, whole, queries.clock.today())
        return FilterOut.of(whole)

    @router.get("/queries")
    async def saved_queries(
        reader: CurrentPrincipal,
        search: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$", description="Words of the name")] = "",
        after: Annotated[str | None, Query(max_length=2_000, description="`next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST, description="Rows of a page")] = 50,
    ) -> SavedQueryPage:
        """One's own saved queries and those shared with one's unit or a unit above, in French order."""
        rows = await save_queries.listed(saved, reader, Wanted(search, place_of(after), limit))
        return SavedQueryPage(
            items=[SavedQueryOut.seen(query, reader) for _, query in rows], next=cursor_after(rows, limit)
        )

    @router.post("/queries", status_code=201, responses=_UNSEEN, max_body_size=MAX_BODY_BYTES)
    async def save(reader: CurrentPrincipal, body: SavedQueryInput, response: Response) -> SavedQueryOut:
        """Save a filter under a name that none of one's own has."""
        query = await save_queries.save(queries.shelf, reader, str(uuid4()), body.draft(), queries.clock.now())
        tag(response, query.revision)
        return SavedQueryOut.seen(query, reader)

    @router.get("/queries/{query_id}")
    async def saved_query(reader: CurrentPrincipal, query_id: UUID, response: Response) -> SavedQueryOut:
        """One saved query; its ETag is the revision."""
        query = await save_queries.visible(saved, reader, str(query_id))
        tag(response, query.revision)
        return SavedQueryOut.seen(query, reader)

    @router.put("/queries/{query_id}", max_body_size=MAX_BODY_BYTES)
    async def change(
        reader: CurrentPrincipal, query_id: UUID, body: SavedQueryInput, expected: IfMatch, response: Response
    ) -> SavedQueryOut:
        """The owner's change; If-Match must hold the ETag of the query that was edited."""
        query = await save_queries.change(
            queries.shelf, reader, str(query_id), body.draft(), expected=expected, now=queries.clock.now()
        )
        tag(response, query.revision)
        return SavedQueryOut.seen(query, reader)

    @router.delete("/queries/{query_id}", status_code=204)
    async def remove(reader: CurrentPrincipal, query_id: UUID, expected: IfMatchOptional) -> None:
        """Take one's own saved query out; what was targeted by it stays targeted."""
        await save_queries.remove(saved, reader, str(query_id), expected=expected)

    return router
