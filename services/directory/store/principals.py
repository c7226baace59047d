"""Changes of principals, read in their order from `users` and told to the bucket."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import select, text, update

from services.directory.ports import PrincipalChange, Telling
from services.directory.store.records import PEOPLE
from services.directory.store.rows import principal_of_row
from services.directory.store.writing import ONE_WRITER
from services.directory.tables import principals_told, users
from shared.contracts.directory import PrincipalRecord
from shared.runtime.database import Database

# It takes no transaction number: until the last statement, the transaction holds no relay back.
_ONE_TELLER = text("select pg_try_advisory_xact_lock(hashtext('directory'), hashtext('principals'))")
_TOLD = select(principals_told.c.principal_change).scalar_subquery()
_NEXT = PEOPLE.where(users.c.principal_change > _TOLD).order_by(users.c.principal_change)
_AGAIN = text(
    "update users set principal_change = nextval('principal_changes') where user_id = any(cast(:ids as uuid[]))"
)
_ALL = PEOPLE.order_by(users.c.user_id)


class PostgresPrincipalChanges:
    """See `ports.PrincipalChanges`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def telling(self, *, limit: int) -> AsyncIterator[Telling | None]:
        """The next changes; the lock is held, and the mark moved, in the one transaction around the telling."""
        async with self._database.transaction() as connection:
            if not await connection.scalar(_ONE_TELLER):
                yield None
                return
            rows = (await connection.execute(_NEXT.limit(limit + 1))).all()
            changes = [PrincipalChange(row.principal_change, principal_of_row(row)) for row in rows[:limit]]
            yield Telling(changes, more=len(rows) > limit)
            if changes:
                await connection.execute(update(principals_told).values(principal_change=changes[-1].number))

    async def all(self) -> Sequence[PrincipalRecord]:
        """Every principal as it is now."""
        async with self._database.reading() as connection:
            return [principal_of_row(row) for row in await connection.execute(_ALL)]

    async def tell_again(self, user_ids: Sequence[str]) -> None:
        """Draw a new number for these users."""
        async with self._database.transaction() as connection:
            await connection.execute(ONE_WRITER)
            await connection.execute(_AGAIN, {"ids": list(user_ids)})
