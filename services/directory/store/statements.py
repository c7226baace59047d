"""How bulk writes reach PostgreSQL: rows as one JSON document, ids as one array."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection


def unknown(table: str, key: str) -> TextClause:
    """Asks which of `ids` are no `key` of the table."""
    return text(
        f"select asked.id::text from unnest(cast(:ids as uuid[])) as asked (id)"  # noqa: S608  two fixed names
        f" where not exists (select from {table} where {table}.{key} = asked.id)"
    )


async def write(
    connection: AsyncConnection, statement: TextClause, rows: Sequence[dict[str, Any]], **values: Any
) -> Sequence[Any]:
    """Execute a statement that reads `rows`; answers what it returns."""
    written = await connection.execute(statement, {"rows": json.dumps(rows), **values})
    return written.all()


async def those(connection: AsyncConnection, statement: TextClause, ids: Collection[str]) -> set[str]:
    """The ids that a statement which reads `ids` answers."""
    return set((await connection.execute(statement, {"ids": list(ids)})).scalars())
