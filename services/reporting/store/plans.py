"""The plans that generations follow, kept in memory: a version never changes."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.campaign import CampaignDefined
from shared.rulebook.steps import Plan

Version = tuple[str, int]
"""Campaign and definition version."""

_MOST = 2_000
_READ = text("""
    select definition from campaign_versions
    where (campaign_id, version) in (
        select * from unnest(cast(:campaigns as uuid[]), cast(:versions as integer[])))
""")


class Plans:
    """Plans by campaign and version."""

    def __init__(self) -> None:
        self._known: dict[Version, Plan] = {}

    async def of(self, connection: AsyncConnection, wanted: Collection[Version]) -> dict[Version, Plan]:
        """The plan of each version, from the database where it is not known yet."""
        if missing := [version for version in wanted if version not in self._known]:
            if len(self._known) + len(missing) > _MOST:
                self._known.clear()
                missing = list(wanted)
            found = await connection.execute(
                _READ, {"campaigns": [campaign for campaign, _ in missing], "versions": [v for _, v in missing]}
            )
            for stored in found.scalars():
                definition = CampaignDefined.model_validate(stored)
                self._known[definition.campaign_id, definition.version] = definition.plan()
        return {version: self._known[version] for version in wanted}
