"""Names of people and units as the directory last said, and what of a target is whose, for files."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Text, cast, select

from services.reporting.ports.exporting import PlaceInStructure, ShareOf
from services.reporting.ports.reading import AsOf, Scope
from services.reporting.store.branches import visible_unit
from services.reporting.store.past_branches import people_as_of, seen_units
from services.reporting.store.past_definitions import definitions_as_of, past_shares
from services.reporting.store.past_facts import paths_as_of
from services.reporting.store.reach import is_within, within
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

    async def structure(self, scope: Scope, as_of: AsOf | None = None) -> Mapping[str, PlaceInStructure]:
        """The units within the scope by id, each with the units above it; on a past day those that had advisors."""
        if as_of is not None:
            return await self._structure_as_of(scope, as_of)
        wanted = select(units.c.unit_id, units.c.name, units.c.path).where(visible_unit(scope))
        async with self._database.reading() as connection:
            rows = await connection.execute(wanted)
            return {row.unit_id: PlaceInStructure(row.unit_id, row.name, tuple(row.path)) for row in rows}

    async def _structure_as_of(self, scope: Scope, as_of: AsOf) -> Mapping[str, PlaceInStructure]:
        async with self._database.reading() as connection:
            paths = await paths_as_of(connection, as_of)
        theirs = {who: path for who, path in paths.items() if is_within(scope, who, path)}
        seen = {unit: path for who, path in theirs.items() for unit in seen_units(scope, who, path)}
        names = await self.units(seen)
        return {
            unit: PlaceInStructure(unit, names[unit], path[: path.index(unit) + 1])
            for unit, path in seen.items()
            if unit in names
        }

    async def shares(self, scope: Scope, campaign_ids: Collection[str], as_of: AsOf | None = None) -> Sequence[ShareOf]:
        """The shares of these campaigns' targets within the scope."""
        if as_of is not None:
            return await self._shares_as_of(scope, campaign_ids, as_of)
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

    async def _shares_as_of(self, scope: Scope, campaign_ids: Collection[str], as_of: AsOf) -> Sequence[ShareOf]:
        async with self._database.reading() as connection:
            defined = await definitions_as_of(connection, as_of, campaign_ids)
            definitions = {one: told for one, told in defined.items() if told is not None}
            found = await past_shares(connection, as_of, scope, list(definitions.values()))
            people = {
                row.user_id: row for row in await people_as_of(connection, as_of, {one.advisor_id for one in found})
            }
        return [
            ShareOf(
                campaign_id=one.campaign_id,
                campaign_name=definitions[one.campaign_id].name,
                advisor_id=one.advisor_id,
                advisor_name=getattr(people.get(one.advisor_id), "name", None),
                unit_id=getattr(people.get(one.advisor_id), "unit_id", None),
                amount=one.amount,
            )
            for one in found
        ]
