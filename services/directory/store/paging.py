"""A page of a list in French order, by key: what comes after a place, and holds the words of a search."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, literal, or_, tuple_
from sqlalchemy.sql.elements import SQLColumnExpression

from services.directory.ports import Wanted
from shared.rulebook.texts import folded

_TRIGRAM = 3
_BEFORE_A_WORD = " -'’"


def page_of(
    query: Select[Any],
    wanted: Wanted,
    sort_key: SQLColumnExpression[str],
    row_id: SQLColumnExpression[str],
    external_id: SQLColumnExpression[str] | None = None,
) -> Select[Any]:
    """The query's rows that the page holds."""
    query = holding(query, wanted, sort_key, external_id)
    if wanted.after is not None:
        place = tuple_(literal(wanted.after.sort_key), literal(wanted.after.id, Uuid(as_uuid=False)))
        query = query.where(tuple_(sort_key, row_id) > place)
    return query.order_by(sort_key, row_id).limit(wanted.limit)


def holding(
    query: Select[Any],
    wanted: Wanted,
    sort_key: SQLColumnExpression[str],
    external_id: SQLColumnExpression[str] | None = None,
) -> Select[Any]:
    """The query's rows that hold every word of the search in their name, or are called so by the CRM."""
    for word in wanted.search.split():
        named = _holds(sort_key, folded(word))
        query = query.where(named if external_id is None else named | (external_id == word))
    return query


def _holds(sort_key: SQLColumnExpression[str], word: str) -> ColumnElement[bool]:
    """Whether the name holds the word; one or two letters must begin a word, since no index finds them within one."""
    if len(word) >= _TRIGRAM:
        return sort_key.contains(word, autoescape=True)
    within = [sort_key.contains(f"{mark}{word}", autoescape=True) for mark in _BEFORE_A_WORD]
    return or_(sort_key.startswith(word, autoescape=True), *within)
