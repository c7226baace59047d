"""Follow-ups read whole, with the facts and the commands behind them, and their interactions written anew."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.ports.checking import FollowUpRecord, KeptFact
from services.followup.ports.interactions import Interaction
from services.followup.store.interactions import interaction_of
from services.followup.store.rows import STATE
from services.followup.tables import follow_ups, interactions
from services.followup.use_cases.check_timelines import interactions_of
from shared.contracts.followup import FactRecorded
from shared.runtime.database import Database

_ONE_MOMENT = sa.text("set transaction isolation level repeatable read")
_FACTS = sa.text(
    """
    select f.follow_up_id::text, f.event::text, c.note, c.details, c.verdict, c.number
    from facts f left join commands c on c.command_id = f.command_id
    where f.follow_up_id = any(cast(:ids as uuid[])) order by f.follow_up_id, f.number
    """
)
_WITHOUT_FACT = sa.text(
    """
    select c.follow_up_id::text, c.command_id::text from commands c
    where c.follow_up_id = any(cast(:ids as uuid[])) and c.verdict = 'applied'
      and not exists (select 1 from facts f where f.command_id = c.command_id)
    order by c.seq
    """
)
_FOLLOW_UP = sa.select(
    follow_ups.c.follow_up_id,
    sa.cast(follow_ups.c.state, sa.Text).label("state"),
    follow_ups.c.number,
    follow_ups.c.closing,
    follow_ups.c.entry_date,
    follow_ups.c.potential,
)


class PostgresRecords:
    """One transaction per call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, campaign_id: str | None, *, after: str | None, limit: int) -> Sequence[FollowUpRecord]:
        """See the port."""
        query = _FOLLOW_UP.order_by(follow_ups.c.follow_up_id).limit(limit)
        if campaign_id is not None:
            query = query.where(follow_ups.c.campaign_id == campaign_id)
        if after is not None:
            query = query.where(follow_ups.c.follow_up_id > after)
        async with self._database.transaction() as conn:
            await conn.execute(_ONE_MOMENT)
            return await _records(conn, (await conn.execute(query)).mappings().all())

    async def mend(self, follow_up_id: str) -> None:
        """See the port. Under the lock of whoever records facts, so that none comes between."""
        query = _FOLLOW_UP.where(follow_ups.c.follow_up_id == follow_up_id).with_for_update(key_share=True)
        async with self._database.transaction() as conn:
            (record,) = await _records(conn, (await conn.execute(query)).mappings().all())
            await conn.execute(sa.delete(interactions).where(interactions.c.follow_up_id == follow_up_id))
            rows = [_row(one) for one in interactions_of(record.facts).values()]
            if rows:
                await conn.execute(sa.insert(interactions), rows)


async def _records(conn: AsyncConnection, rows: Sequence[Any]) -> list[FollowUpRecord]:
    ids = [row["follow_up_id"] for row in rows]
    facts: dict[str, list[KeptFact]] = defaultdict(list)
    said: dict[str, dict[str, Interaction]] = defaultdict(dict)
    lost: dict[str, list[str]] = defaultdict(list)
    for row in (await conn.execute(_FACTS, {"ids": ids})).all():
        facts[row[0]].append(_kept(row))
    query = sa.select(interactions).where(interactions.c.follow_up_id.in_(ids))
    for found in (await conn.execute(query)).mappings():
        one = interaction_of(found)
        said[one.follow_up_id][one.key] = one
    for row in (await conn.execute(_WITHOUT_FACT, {"ids": ids})).all():
        lost[row[0]].append(row[1])
    return [
        FollowUpRecord(
            follow_up_id=row["follow_up_id"],
            state=STATE.validate_json(row["state"]),
            number=row["number"],
            closing=row["closing"],
            entry_date=row["entry_date"],
            potential=row["potential"],
            facts=facts[row["follow_up_id"]],
            interactions=said[row["follow_up_id"]],
            applied_without_fact=lost[row["follow_up_id"]],
        )
        for row in rows
    ]


def _kept(row: Any) -> KeptFact:
    event = FactRecorded.model_validate_json(row[1])
    return KeptFact(event=event, note=row[2], details=row[3], verdict=row[4], verdict_number=row[5])


def _row(one: Interaction) -> dict[str, Any]:
    return {
        "follow_up_id": one.follow_up_id,
        "key": one.key,
        "step_id": one.step_id,
        "number": one.number,
        "kind": one.kind,
        "state": one.state,
        "details": dict(one.details),
        "fact_number": one.fact_number,
    }
