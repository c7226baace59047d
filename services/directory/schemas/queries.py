"""Queries as they are asked, saved and answered."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.directory.ports import Matched, SavedQuery
from services.directory.schemas.fields import Line
from services.directory.schemas.reads import ClientSummary
from services.directory.use_cases.save_queries import Draft
from shared.contracts.filters import FilterInput, FilterModel, json_of
from shared.contracts.wire import Incoming
from shared.rulebook.access import Principal
from shared.rulebook.filter_text import write
from shared.rulebook.filters import Filter, Kind, Own

MAX_BODY_BYTES = 4 * 1024 * 1024
"""Room for a filter with ten thousand values, each with its longest escapes."""
MOST = 500
_MOST_COLUMNS = 50
_ONE_OF_BOTH = "Give `filter`, as a tree or as readable text, or the `query_id` of a saved query; not both."


class QueryInput(Incoming):
    """The clients wanted: an ad-hoc filter, or a saved query, of whom always the asker's own reach is seen."""

    filter: Annotated[FilterInput | None, Field(description=_ONE_OF_BOTH)] = None
    query_id: Annotated[UUID | None, Field(description=_ONE_OF_BOTH)] = None


class ColumnsInput(QueryInput):
    """With the columns wanted beside: names as in a filter, `age`, `segment`, `[Code postal]`."""

    columns: Annotated[list[Annotated[str, Field(max_length=250)]] | None, Field(max_length=_MOST_COLUMNS)] = None


class ResultInput(ColumnsInput):
    """One page of the result; `after` is the `next` of the page before."""

    after: Annotated[str | None, Field(max_length=2_000)] = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


class FilterOut(BaseModel):
    """A filter in both its forms."""

    filter: FilterModel
    text: str

    @classmethod
    def of(cls, whole: Filter) -> Self:
        """The filter as shown."""
        return cls.model_validate(_filter(whole))


class CountOut(FilterOut):
    """How many clients within reach match, exactly."""

    count: int

    @classmethod
    def counted(cls, whole: Filter, count: int) -> Self:
        """The number for that filter."""
        return cls.model_validate(_filter(whole) | {"count": count})


class MatchedOut(ClientSummary):
    """A client that matches, with the columns asked for."""

    values: dict[str, Any]

    @classmethod
    def matched(cls, found: Matched, values: Mapping[str, Any]) -> Self:
        """The client as shown."""
        return cls.model_validate(ClientSummary.of(found.seen).model_dump() | {"values": values})


class ResultPage(BaseModel):
    """One page in French order; `next` is given as `after` for the following one."""

    items: list[MatchedOut]
    next: str | None


class AttributeOut(BaseModel):
    """Something that a filter may speak of; `own` is the directory's, the others are the CRM's."""

    name: str
    own: bool
    kinds: list[Kind]


class AttributeList(BaseModel):
    """The directory's own attributes, then the CRM's by name."""

    items: list[AttributeOut]

    @classmethod
    def of(cls, own: Mapping[Own, Kind], catalogue: Mapping[str, Collection[Kind]]) -> Self:
        """The attributes as shown."""
        ours = [AttributeOut(name=name.value, own=True, kinds=[kind]) for name, kind in own.items()]
        theirs = [AttributeOut(name=name, own=False, kinds=sorted(kinds)) for name, kinds in catalogue.items()]
        return cls(items=ours + theirs)


class SavedQueryInput(Incoming):
    """What the owner says: a name of their own, the filter, and a unit whose users, and those below, see it too."""

    name: Line
    filter: FilterInput
    shared_with: UUID | None = None

    def draft(self) -> Draft:
        """As the use cases take it."""
        return Draft(self.name, self.filter, None if self.shared_with is None else str(self.shared_with))


class SavedQueryOut(FilterOut):
    """A saved query; its ETag is the revision, and `mine` says that the reader may change it."""

    query_id: str
    name: str
    owner_id: str
    owner_name: str | None
    mine: bool
    shared_with: str | None
    shared_with_name: str | None
    revision: int
    changed_at: datetime

    @classmethod
    def seen(cls, query: SavedQuery, reader: Principal) -> Self:
        """The query as this reader sees it."""
        return cls.model_validate(
            _filter(query.filter)
            | {
                "query_id": query.id,
                "name": query.name,
                "owner_id": query.owner_id,
                "owner_name": query.owner_name,
                "mine": query.owner_id == reader.user_id,
                "shared_with": query.shared_with,
                "shared_with_name": query.shared_with_name,
                "revision": query.revision,
                "changed_at": query.changed_at,
            }
        )


class SavedQueryPage(BaseModel):
    """One page in French order; `next` is given as `after` for the following one."""

    items: list[SavedQueryOut]
    next: str | None


def _filter(whole: Filter) -> dict[str, Any]:
    return {"filter": json_of(whole), "text": write(whole)}
