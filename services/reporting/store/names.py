"""Names of people and units as the directory last said, and what of a target is whose, for files."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Text, cast, select

from services.reporting.ports.exporting import PlaceInStructure, ShareOf
from services.reporting.ports.reading import Scope
from services.reporting.store.branches import visible_unit
from services.reporting.store.reach import within
from services.reporting.tables import advisors, campaigns, shares, units
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

    async def shares(self, scope: Scope, campaign_ids: Collection[str]) -> Sequence[ShareOf]:
        """The shares of these campaigns' targets within the scope."""
        wanted = (
            select(
                shares.c.campaign_id,
                campaigns.c.name.label("campaign_name"),
                shares.c.advisor_id,
                advisors.c.name.label("advisor_name"),
                advisors.c.unit_id,
                shares.c.amount,
            )
            .join(campaigns, campaigns.c.campaign_id == shares.c.campaign_id)
            .outerjoin(advisors, advisors.c.user_id == shares.c.advisor_id)
            .where(shares.c.campaign_id.in_(campaign_ids), within(scope, shares.c.advisor_id))
        )
        async with self._database.reading() as connection:
            return [ShareOf(**row) for row in (await connection.execute(wanted)).mappings()]
