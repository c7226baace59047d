"""Rows as they are compared with executions and with other read models."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from services.followup.ports import Known
from services.followup.store.rows import STATE, Plans
from services.followup.tables import facts, follow_ups
from shared.contracts.followup import FactRecorded, Facts
from shared.contracts.reconciling import DigestsPage, FactsOfFollowUp, FollowUpDigest, FollowUpDigests, digest_of
from shared.runtime.database import Database

_KNOWN = """
    select f.follow_up_id::text, f.campaign_id::text, f.client_id::text, f.state::text, f.known_version, f.started,
           c.version
    from follow_ups f join campaigns c on c.campaign_id = f.campaign_id
"""
_OPEN = sa.text(
    f"{_KNOWN} where f.closing is null and f.started and f.follow_up_id > cast(:after as uuid)"
    " order by f.follow_up_id limit :limit"
)
_NAMED = sa.text(f"{_KNOWN} where f.follow_up_id = any(cast(:ids as uuid[]))")
_FIRST = "00000000-0000-0000-0000-000000000000"


class PostgresHeldRows:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._plans = Plans()

    async def digests(self, wanted: FollowUpDigests) -> DigestsPage:
        """See the port."""
        columns = follow_ups.c
        query = sa.select(
            columns.follow_up_id, columns.campaign_id, columns.number, sa.cast(columns.state, sa.Text).label("state")
        ).order_by(columns.follow_up_id)
        if wanted.follow_up_ids is not None:
            query = query.where(columns.follow_up_id.in_(wanted.follow_up_ids))
        else:
            query = query.where(columns.follow_up_id > (wanted.after or _FIRST)).limit(wanted.limit)
        async with self._database.reading() as conn:
            rows = (await conn.execute(query)).all()
        found = tuple(
            FollowUpDigest(
                follow_up_id=row.follow_up_id,
                campaign_id=row.campaign_id,
                number=row.number,
                digest=digest_of(STATE.validate_json(row.state)),
            )
            for row in rows
        )
        return DigestsPage(follow_ups=found, complete=wanted.follow_up_ids is not None or len(rows) < wanted.limit)

    async def facts_of(self, wanted: FactsOfFollowUp) -> Facts:
        """See the port."""
        query = (
            sa.select(facts.c.number, sa.cast(facts.c.event, sa.Text))
            .where(facts.c.follow_up_id == wanted.follow_up_id, facts.c.number > wanted.after)
            .order_by(facts.c.number)
            .limit(wanted.limit)
        )
        async with self._database.reading() as conn:
            rows = (await conn.execute(query)).all()
        events = tuple(FactRecorded.model_validate_json(row[1]) for row in rows)
        last = rows[-1][0] if rows else wanted.after
        return Facts(facts=events, last_seq=last, complete=len(rows) < wanted.limit)

    async def open_rows(self, after: str | None, limit: int) -> Sequence[Known]:
        """See the port."""
        return await self._known(_OPEN, {"after": after or _FIRST, "limit": limit})

    async def rows(self, follow_up_ids: Sequence[str]) -> Mapping[str, Known]:
        """See the port."""
        return {known.follow_up_id: known for known in await self._known(_NAMED, {"ids": list(follow_up_ids)})}

    async def _known(self, query: sa.TextClause, parameters: dict[str, Any]) -> list[Known]:
        async with self._database.reading() as conn:
            rows = (await conn.execute(query, parameters)).all()
            return [
                Known(
                    follow_up_id=row[0],
                    campaign_id=row[1],
                    client_id=row[2],
                    state=STATE.validate_json(row[3]),
                    known_version=row[4],
                    started=row[5],
                    plan=(await self._plans.get(conn, row[1], row[6])).plan,
                )
                for row in rows
            ]
