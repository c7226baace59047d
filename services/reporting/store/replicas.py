"""People and structure in PostgreSQL, kept by revision."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert

from services.reporting.store.ticking import EVERYTHING, tick
from services.reporting.tables import advisors, clients, units
from shared.contracts.directory import ClientChanged, UnitChanged, UserChanged
from shared.runtime.database import Database

Changed = TypeVar("Changed", UserChanged, UnitChanged, ClientChanged)


class PostgresReplicas:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self,
        *,
        users: Sequence[UserChanged] = (),
        units: Sequence[UnitChanged] = (),
        clients: Sequence[ClientChanged] = (),
    ) -> None:
        """See the port."""
        async with self._database.transaction() as connection:
            for table, changes in _by_table(users, units, clients):
                if rows := [_columns(table, change) for change in _newest(changes)]:
                    await connection.execute(_KEEP[table], rows)
            if users or units:
                await tick(connection, [EVERYTHING])


def _by_table(
    users: Sequence[UserChanged], changed_units: Sequence[UnitChanged], changed_clients: Sequence[ClientChanged]
) -> Iterable[tuple[Table, Sequence[Any]]]:
    return ((units, changed_units), (advisors, users), (clients, changed_clients))


def _newest(changes: Sequence[Changed]) -> list[Changed]:
    newest: dict[str, Changed] = {}
    for change in changes:
        if change.key not in newest or change.revision > newest[change.key].revision:
            newest[change.key] = change
    return [newest[key] for key in sorted(newest)]


def _columns(table: Table, change: Any) -> dict[str, object]:
    columns = {column.name: getattr(change, column.name) for column in table.c if column.computed is None}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in columns.items()}


def _keep(table: Table) -> Any:
    told = insert(table)
    changed = {
        column.name: told.excluded[column.name] for column in table.c if not (column.primary_key or column.computed)
    }
    return told.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_=changed, where=table.c.revision < told.excluded.revision
    )


_KEEP = {table: _keep(table) for table in (units, advisors, clients)}
