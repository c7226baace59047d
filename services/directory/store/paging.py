"""A page of a list in French order, by key: what comes after a place, and holds the words of a search."""

from typing import Any

from sqlalchemy import Select, Uuid, literal, tuple_
from sqlalchemy.sql.elements import SQLColumnExpression

from services.directory.ports import Wanted
from shared.rulebook.texts import folded


def page_of(
    query: Select[Any],
    wanted: Wanted,
    sort_key: SQLColumnExpression[str],
    row_id: SQLColumnExpression[str],
    external_id: SQLColumnExpression[str] | None = None,
) -> Select[Any]:
    """The query's rows that the page holds."""
    for word in wanted.search.split():
        named = sort_key.contains(folded(word), autoescape=True)
        query = query.where(named if external_id is None else named | (external_id == word))
    if wanted.after is not None:
        place = tuple_(literal(wanted.after.sort_key), literal(wanted.after.id, Uuid(as_uuid=False)))
        query = query.where(tuple_(sort_key, row_id) > place)
    return query.order_by(sort_key, row_id).limit(wanted.limit)
