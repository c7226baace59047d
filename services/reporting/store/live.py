"""The number that counts changes of figures, and figures as of one number."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.ports.reading import Scope
from services.reporting.store.figures import PostgresFigures
from services.reporting.store.reach import within
from services.reporting.store.ticking import ALL
from services.reporting.tables import figure_changes, figure_clock
from shared.runtime.database import Database

_NUMBER = select(figure_clock.c.number)


@dataclass(frozen=True, slots=True)
class PostgresMoment:
    """See the port; one transaction."""

    number: int
    figures: PostgresFigures
    connection: AsyncConnection

    async def changed_since(self, scope: Scope, number: int) -> Mapping[str, int]:
        """See the port. Only what changed since is looked at."""
        changes = figure_changes.c
        changed = (
            select(changes.campaign_id, func.max(changes.number).label("number"))
            .where(changes.number > number, or_(changes.advisor_id == ALL, within(scope, changes.advisor_id)))
            .group_by(changes.campaign_id)
        )
        return {row.campaign_id: row.number for row in await self.connection.execute(changed)}


class PostgresChanges:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def number(self) -> int:
        """See the port: one row."""
        async with self._database.reading() as connection:
            return (await connection.execute(_NUMBER)).scalar_one_or_none() or 0

    @asynccontextmanager
    async def moment(self) -> AsyncIterator[PostgresMoment]:
        """See the port."""
        async with self._database.engine.connect() as pooled:
            connection = await pooled.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                number = (await connection.execute(_NUMBER)).scalar_one_or_none() or 0
                yield PostgresMoment(number, PostgresFigures(connection), connection)
