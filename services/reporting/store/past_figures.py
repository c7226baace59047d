"""Figures as of a past day: what the counters answer of today, from the facts and definitions dated by then."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.ports.reading import AdvisorStepTotals, AsOf, Branch, CampaignSeen, Scope, StepTotals, Totals
from services.reporting.store.known_campaigns import known_campaigns
from services.reporting.store.past_branches import branches_by_advisor, branches_by_unit
from services.reporting.store.past_definitions import PastShare, definitions_as_of, past_shares
from services.reporting.store.past_facts import standings
from services.reporting.store.presence import within_reach_as_of
from services.reporting.use_cases.standing import Standing, Tally
from shared.contracts.campaign import CampaignDefined
from shared.rulebook.access import Principal


class PostgresPastFigures:
    """See the port; `today` is the day that this reader is of."""

    def __init__(self, connection: AsyncConnection, as_of: AsOf) -> None:
        self._connection = connection
        self._as_of = as_of
        self._definitions: dict[str, CampaignDefined | None] = {}

    async def campaigns(self, reader: Principal, campaign_id: str | None = None) -> Sequence[CampaignSeen]:
        """See the port. Whoever sees a campaign today may ask about the past; so may whoever saw it then."""
        rows = (await self._connection.execute(known_campaigns(reader, campaign_id))).all()
        definitions = await self._defined([row.campaign_id for row in rows])
        covered = await self._covered(reader, [row.campaign_id for row in rows if not row.covered])
        seen = (_seen(row, definitions.get(row.campaign_id), covered) for row in rows)
        return [one for one in seen if one is not None]

    async def totals(self, scope: Scope, campaign_ids: Sequence[str], today: date) -> Mapping[str, Totals]:
        """See the port."""
        by_campaign: dict[str, list[Standing]] = defaultdict(list)
        for standing in await standings(self._connection, self._as_of, scope, campaign_ids):
            by_campaign[standing.campaign_id].append(standing)
        tally = await self._tally(campaign_ids, today)
        return {campaign_id: tally.totals(found) for campaign_id, found in by_campaign.items()}

    async def shares(self, scope: Scope, campaign_ids: Sequence[str]) -> Mapping[str, Decimal]:
        """See the port."""
        allocated: dict[str, Decimal] = {}
        for share in await self._shares(scope, campaign_ids):
            allocated[share.campaign_id] = allocated.get(share.campaign_id, Decimal(0)) + share.amount
        return allocated

    async def plan(self, campaign_id: str) -> CampaignDefined | None:
        """See the port."""
        return (await self._defined([campaign_id])).get(campaign_id)

    async def steps(self, scope: Scope, campaign_id: str, today: date) -> Sequence[StepTotals]:
        """See the port."""
        tally = await self._tally([campaign_id], today)
        return tally.steps(await standings(self._connection, self._as_of, scope, [campaign_id]))

    async def steps_by_advisor(self, scope: Scope, campaign_id: str, today: date) -> Sequence[AdvisorStepTotals]:
        """See the port."""
        tally = await self._tally([campaign_id], today)
        by_advisor: dict[str, list[Standing]] = defaultdict(list)
        for standing in await standings(self._connection, self._as_of, scope, [campaign_id], by_advisor=True):
            by_advisor[standing.advisor_id].append(standing)
        return [
            AdvisorStepTotals(advisor_id, total.step_id, total.group, total.clients, total.passed)
            for advisor_id, mine in by_advisor.items()
            for total in tally.steps(mine)
        ]

    async def by_advisor(self, scope: Scope, campaign_ids: Sequence[str], today: date) -> Sequence[Branch]:
        """See the port."""
        found = await standings(self._connection, self._as_of, scope, campaign_ids, by_advisor=True)
        tally, shares = await self._tally(campaign_ids, today), await self._shares(scope, campaign_ids)
        return await branches_by_advisor(self._connection, self._as_of, tally, found, shares)

    async def by_unit(self, scope: Scope, campaign_ids: Sequence[str], today: date) -> Sequence[Branch]:
        """See the port."""
        found = await standings(self._connection, self._as_of, scope, campaign_ids, by_advisor=True)
        tally, shares = await self._tally(campaign_ids, today), await self._shares(scope, campaign_ids)
        return await branches_by_unit(self._connection, self._as_of, scope, tally, found, shares)

    async def covers_something(self, scope: Scope) -> bool:
        """See the port. A unit or advisor is within the reach if it is today, or was as of the day."""
        found = await self._connection.execute(select(within_reach_as_of(self._as_of, scope)))
        return bool(found.scalar_one())

    async def _defined(self, campaign_ids: Collection[str]) -> Mapping[str, CampaignDefined | None]:
        if missing := [one for one in campaign_ids if one not in self._definitions]:
            self._definitions |= await definitions_as_of(self._connection, self._as_of, missing)
        return self._definitions

    async def _tally(self, campaign_ids: Collection[str], today: date) -> Tally:
        definitions = await self._defined(campaign_ids)
        known = {one: definitions[one] for one in campaign_ids}
        return Tally({one: definition.plan() for one, definition in known.items() if definition is not None}, today)

    async def _shares(self, scope: Scope, campaign_ids: Collection[str]) -> list[PastShare]:
        definitions = await self._defined(campaign_ids)
        known = [definition for one in campaign_ids if (definition := definitions[one]) is not None]
        return await past_shares(self._connection, self._as_of, scope, known)

    async def _covered(self, reader: Principal, campaign_ids: Sequence[str]) -> set[str]:
        """Those of the campaigns in which the reach covered a targeted client or an allocated advisor."""
        scope = Scope(reader)
        shares = await self._shares(scope, campaign_ids)
        found = await standings(self._connection, self._as_of, scope, campaign_ids)
        return {one.campaign_id for one in shares} | {one.campaign_id for one in found}


def _seen(row: Any, definition: CampaignDefined | None, covered: set[str]) -> CampaignSeen | None:
    """The campaign as of the day; before it, one that is deleted since or was by then does not exist."""
    if row.deleted if definition is None else definition.deleted:
        return None
    told = row if definition is None else definition
    return CampaignSeen(
        campaign_id=row.campaign_id,
        name=told.name,
        version=0 if definition is None else definition.version,
        owner_id=row.owner_id,
        owner_unit_path=tuple(row.owner_unit_path or ()),
        creator_id=row.creator_id,
        target=None if definition is None else definition.target,
        start_date=told.start_date,
        end_date=told.end_date,
        archived=told.archived,
        covered=row.covered or row.campaign_id in covered,
        known=definition is not None,
    )
