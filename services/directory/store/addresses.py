"""Where people are written to."""

from sqlalchemy import select

from services.directory.tables import users
from shared.contracts.directory import AddressFound
from shared.runtime.database import Database


class PostgresAddresses:
    """See `ports.Addresses`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, user_id: str) -> AddressFound | None:
        """See the port."""
        wanted = select(users.c.name, users.c.email, users.c.language, users.c.active)
        async with self._database.reading() as connection:
            row = (await connection.execute(wanted.where(users.c.user_id == user_id))).one_or_none()
        if row is None:
            return None
        return AddressFound(name=row.name, email=row.email if row.active else None, language=row.language)
