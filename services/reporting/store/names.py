"""Names of people and units, as the directory last said."""

from collections.abc import Collection, Mapping

from sqlalchemy import Text, cast, select

from services.reporting.ports.exporting import PlaceInStructure
from services.reporting.ports.reading import Scope
from services.reporting.store.branches import visible_unit
from services.reporting.tables import advisors, units
from shared.runtime.database import Database


class PostgresNames:
    """Tells names to whoever was allowed to see the rows that they belong to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def person(self, user_id: str) -> str | None:
        """The name of a user; None for who is not in the directory, such as the CRM."""
        wanted = select(advisors.c.name).where(cast(advisors.c.user_id, Text) == user_id)
        async with self._database.reading() as connection:
            name: str | None = (await connection.execute(wanted)).scalar_one_or_none()
        return name

    async def units(self, unit_ids: Collection[str]) -> Mapping[str, str]:
        """Names of units by id."""
        wanted = select(units.c.unit_id, units.c.name).where(units.c.unit_id.in_(unit_ids))
        async with self._database.reading() as connection:
            return {row.unit_id: row.name for row in await connection.execute(wanted)}

    async def structure(self, scope: Scope) -> Mapping[str, PlaceInStructure]:
        """The units within the scope by id, each with the units above it."""
        wanted = select(units.c.unit_id, units.c.name, units.c.path).where(visible_unit(scope))
        async with self._database.reading() as connection:
            rows = await connection.execute(wanted)
            return {row.unit_id: PlaceInStructure(row.unit_id, row.name, tuple(row.path)) for row in rows}
