"""The ledger in PostgreSQL: few statements per batch, rows always locked in the order of their keys."""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import RowMapping, TextClause
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.ports.counting import (
    AmountKey,
    Difference,
    FactKey,
    Generation,
    Grouping,
    Row,
    StepKey,
)
from services.reporting.ports.standing import Amounts, Contribution, Shape, StepAmounts
from services.reporting.store import counters, measures, regrouping, ticking
from services.reporting.store import statements as sql
from services.reporting.store.plans import Plans
from services.reporting.store.rows import definitions_json, facts_json, row_of, rows_json
from shared.contracts.campaign import CampaignDefined
from shared.contracts.followup import FactRecorded
from shared.rulebook.steps import Plan
from shared.runtime.database import Database
from shared.runtime.logging import logger

_EXAMPLES = 50
_log = logger(__name__)


class PostgresLedger:
    """One transaction."""

    def __init__(self, connection: AsyncConnection, plans: Plans) -> None:
        self._connection = connection
        self._plans = plans

    async def hold(self, campaign_ids: Collection[str]) -> Mapping[str, Grouping]:
        """See the port. A campaign that is not known gets a row, so that its definition waits for this transaction."""
        return await self._locked(sql.HOLD, sorted(set(campaign_ids)))

    async def seize(self, campaign_ids: Collection[str]) -> Mapping[str, Grouping]:
        """See the port."""
        return await self._locked(sql.SEIZE, sorted(set(campaign_ids)))

    async def remember(self, definitions: Sequence[CampaignDefined]) -> None:
        """See the port."""
        await self._connection.execute(sql.REMEMBER, {"definitions": definitions_json(definitions)})

    async def define(self, definitions: Sequence[CampaignDefined], regroup: Collection[str]) -> None:
        """See the port. A campaign without follow-ups is served at once."""
        if not definitions:
            return
        told = {"definitions": definitions_json(definitions)}
        await self._connection.execute(sql.DEFINE, {**told, "regroup": list(regroup)})
        await self._connection.execute(sql.FORGET_SHARES, {"ids": [told.campaign_id for told in definitions]})
        await self._connection.execute(sql.SHARE, told)
        await self._connection.execute(sql.SERVE_EMPTY, {"ids": list(regroup)})

    async def add_facts(self, facts: Sequence[FactRecorded]) -> set[FactKey]:
        """See the port."""
        told = {"facts": facts_json(facts)}
        added = {(str(fact.follow_up_id), fact.number) for fact in await self._connection.execute(sql.ADD_FACTS, told)}
        if len(added) < len(facts):
            for fact in await self._connection.execute(sql.CONTRADICTIONS, told):
                measures.CONTRADICTIONS.inc()
                _log.error("fact contradicts the one kept", follow_up_id=str(fact.follow_up_id), number=fact.number)
        return added

    async def replace_facts(self, facts: Sequence[FactRecorded]) -> None:
        """See the port."""
        await self._connection.execute(sql.REPLACE_FACTS, {"facts": facts_json(facts)})

    async def tick(self, changed: Collection[tuple[str, str | None]]) -> None:
        """See the port."""
        await ticking.tick(self._connection, changed)

    async def rows(self, follow_up_ids: Collection[str]) -> Mapping[str, Row]:
        """See the port."""
        ids = sorted(set(follow_up_ids))
        known = await self._rows(ids)
        if new := [follow_up_id for follow_up_id in ids if follow_up_id not in known]:
            await self._connection.execute(sql.CLAIM, {"ids": new})
            known |= await self._rows(new)
        return known

    async def behind(self, campaign_id: str, generation: int, limit: int) -> Sequence[str]:
        """See the port."""
        return await regrouping.behind(self._connection, campaign_id, generation, limit)

    async def shapes(self, follow_up_ids: Collection[str]) -> Collection[Shape]:
        """See the port."""
        return await regrouping.shapes(self._connection, follow_up_ids)

    async def place(
        self,
        campaign_id: str,
        follow_up_ids: Collection[str],
        target: Generation,
        judged: Mapping[Shape, Contribution],
    ) -> None:
        """See the port."""
        await regrouping.place(self._connection, campaign_id, follow_up_ids, target, judged)

    async def save(self, rows: Sequence[tuple[Row, Plan | None]]) -> None:
        """See the port."""
        if rows:
            await self._connection.execute(sql.SAVE, {"rows": rows_json(rows)})

    async def count(self, amounts: Mapping[AmountKey, Amounts], steps: Mapping[StepKey, StepAmounts]) -> None:
        """See the port."""
        await counters.add_differences(self._connection, amounts, steps)

    async def is_behind(self, campaign_id: str, generation: int) -> bool:
        """See the port."""
        wanted = {"campaign_id": campaign_id, "generation": generation}
        return bool((await self._connection.execute(sql.IS_BEHIND, wanted)).scalar_one())

    async def differences(self, campaign_id: str, *, served: int, built: int) -> Sequence[Difference]:
        """See the port."""
        return await counters.differences_between(self._connection, campaign_id, served=served, built=built)

    async def end_checks(self, campaign_id: str, found: Sequence[Difference] | None, now: datetime) -> None:
        """See the port."""
        if found:
            measures.DIFFERENCES.labels("counters").inc(len(found))
            _log.error("counters differ from the facts", campaign_id=campaign_id, differences=len(found))
        ended = {
            "campaign_id": campaign_id,
            "now": now,
            "differences": None if found is None else len(found),
            "examples": json.dumps((found or [])[:_EXAMPLES]),
        }
        await self._connection.execute(sql.END_CHECKS, ended)

    async def serve_target(self, campaign_id: str) -> None:
        """See the port."""
        await self._connection.execute(sql.SERVE, {"campaign_id": campaign_id})

    async def _locked(self, statement: TextClause, ids: Sequence[str]) -> Mapping[str, Grouping]:
        found = (await self._connection.execute(statement, {"ids": ids})).mappings().all()
        if len(found) < len(ids):
            await self._connection.execute(sql.EXPECT, {"ids": ids})
            found = (await self._connection.execute(statement, {"ids": ids})).mappings().all()
        return await self._groupings(found)

    async def _rows(self, ids: Sequence[str]) -> dict[str, Row]:
        found = await self._connection.execute(sql.ROWS, {"ids": ids})
        return {row.follow_up_id: row for row in map(row_of, found)}

    async def _groupings(self, found: Sequence[RowMapping]) -> dict[str, Grouping]:
        wanted = {
            (str(campaign["campaign_id"]), campaign[f"{which}_version"])
            for campaign in found
            for which in ("serving", "target")
            if campaign[f"{which}_generation"]
        }
        plans = await self._plans.of(self._connection, wanted)

        def generation(campaign: RowMapping, which: str) -> Generation | None:
            number, version = campaign[f"{which}_generation"], campaign[f"{which}_version"]
            return Generation(number, plans[str(campaign["campaign_id"]), version]) if number else None

        return {
            str(campaign["campaign_id"]): Grouping(
                campaign["version"], generation(campaign, "serving"), generation(campaign, "target")
            )
            for campaign in found
        }


class PostgresLedgers:
    """Ledgers of one database, sharing the plans they read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._plans = Plans()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresLedger]:
        """See the port."""
        async with self._database.transaction() as connection:
            yield PostgresLedger(connection, self._plans)

    async def unfinished(self) -> Sequence[str]:
        """See the port."""
        async with self._database.reading() as connection:
            return [str(campaign) for campaign in (await connection.execute(sql.UNFINISHED)).scalars()]

    async def forget_old_counters(self) -> None:
        """See the port; in chunks, since an open transaction holds others back."""
        more = True
        while more:
            async with self._database.transaction() as connection:
                more = await counters.forget_old(connection)
