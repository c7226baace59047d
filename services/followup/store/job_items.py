"""The items of jobs: the list, what each is given, and the receipt. Every write keeps the job's counts with it."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.ports import Item, ItemOutcome, Settled, ShownItem, UndoOutcome
from services.followup.store.reach import in_reach
from services.followup.tables import bulk_items, clients, follow_ups
from shared.rulebook.access import Principal

CHUNK = 2000
"""Rows written in one transaction, far below half a second."""
_FIELDS = "follow_up_id uuid, campaign_id uuid, client_id uuid, advisor_id uuid, potential numeric, outcome text, code text, data jsonb"  # noqa: E501
_AT_CURSOR = sa.text(
    """
    select 1 from bulk_jobs
    where job_id = :job_id and state = 'PREPARING' and not listed and cursor is not distinct from cast(:cursor as uuid)
    for no key update
    """
)
_LIST = sa.text(
    f"""
    insert into bulk_items (job_id, follow_up_id, campaign_id, client_id, advisor_id, potential, outcome, code, data)
    select cast(:job_id as uuid), n.* from jsonb_to_recordset(cast(:rows as jsonb)) as n({_FIELDS})
    on conflict do nothing
    """  # noqa: S608  column names of our own
)
_LISTED = sa.text(
    """
    update bulk_jobs
    set chosen = chosen + :chosen, refused = refused + :refused, moved_at = :now, listed = cast(:to as uuid) is null,
        cursor = coalesce(cast(:to as uuid), cursor)
    where job_id = :job_id
    """
)
_FIX = sa.text(
    """
    with n as (
        select * from jsonb_to_recordset(cast(:rows as jsonb))
            as n(follow_up_id uuid, amount numeric, to_advisor uuid, outcome text, code text)
    ), fixed as (
        update bulk_items i
        set amount = n.amount, to_advisor = n.to_advisor, outcome = n.outcome, code = n.code
        from n where i.job_id = :job_id and i.follow_up_id = n.follow_up_id and i.outcome is null
        returning i.outcome
    )
    update bulk_jobs set refused = refused + (select count(*) from fixed where outcome = 'refused'), moved_at = :now
    where job_id = :job_id
    """
)
_SETTLE = sa.text(
    """
    with n as (
        select * from jsonb_to_recordset(cast(:rows as jsonb))
            as n(follow_up_id uuid, outcome text, code text, data jsonb, number int)
    ), settled as (
        update bulk_items i set outcome = n.outcome, code = n.code, data = n.data, number = n.number
        from n where i.job_id = :job_id and i.follow_up_id = n.follow_up_id and i.outcome is null
        returning i.outcome, i.amount
    )
    update bulk_jobs j
    set done = j.done + s.done, refused = j.refused + s.refused, cancelled = j.cancelled + s.cancelled,
        recorded = j.recorded + s.recorded, moved_at = :now
    from (
        select count(*) as settled, count(*) filter (where outcome = 'done') as done,
               count(*) filter (where outcome = 'refused') as refused,
               count(*) filter (where outcome = 'cancelled') as cancelled,
               coalesce(sum(amount) filter (where outcome = 'done'), 0) as recorded
        from settled
    ) s
    where j.job_id = :job_id and s.settled > 0
    returning s.settled
    """
)
_SETTLE_UNDO = sa.text(
    """
    with n as (
        select * from jsonb_to_recordset(cast(:rows as jsonb)) as n(follow_up_id uuid, outcome text, code text)
    ), settled as (
        update bulk_items i set undo = n.outcome, undo_code = n.code
        from n where i.job_id = :job_id and i.follow_up_id = n.follow_up_id and i.outcome = 'done' and i.undo is null
        returning i.undo
    )
    update bulk_jobs j
    set undone = j.undone + s.undone, not_undone = j.not_undone + s.settled - s.undone, moved_at = :now
    from (select count(*) as settled, count(*) filter (where undo = 'undone') as undone from settled) s
    where j.job_id = :job_id and s.settled > 0
    returning s.settled
    """
)


async def list_more(
    conn: AsyncConnection, job_id: str, cursor: str | None, items: Sequence[Item], *, to: str | None, now: datetime
) -> None:
    """See the port. Whoever comes second with the same piece of the list adds nothing."""
    if (await conn.execute(_AT_CURSOR, {"job_id": job_id, "cursor": cursor})).one_or_none() is None:
        return
    rows = [
        {
            "follow_up_id": item.follow_up_id,
            "campaign_id": item.campaign_id,
            "client_id": item.client_id,
            "advisor_id": item.advisor_id,
            "potential": _text(item.potential),
            "outcome": item.outcome,
            "code": item.code,
            "data": item.data,
        }
        for item in items
    ]
    refused = sum(item.outcome is ItemOutcome.REFUSED for item in items)
    if rows:
        await conn.execute(_LIST, {"job_id": job_id, "rows": json.dumps(rows)})
    await conn.execute(_LISTED, {"job_id": job_id, "chosen": len(rows), "refused": refused, "to": to, "now": now})


async def fix(conn: AsyncConnection, job_id: str, items: Sequence[Item], now: datetime) -> None:
    """See the port."""
    rows = [
        {
            "follow_up_id": item.follow_up_id,
            "amount": _text(item.amount),
            "to_advisor": item.to_advisor,
            "outcome": item.outcome,
            "code": item.code,
        }
        for item in items
    ]
    await conn.execute(_FIX, {"job_id": job_id, "rows": json.dumps(rows), "now": now})


async def settle(conn: AsyncConnection, job_id: str, settled: Sequence[Settled], *, undo: bool, now: datetime) -> int:
    """See the port."""
    rows = [
        {
            "follow_up_id": one.follow_up_id,
            "outcome": one.outcome,
            "code": one.code,
            "data": one.data,
            "number": one.number,
        }
        for one in settled
    ]
    parameters = {"job_id": job_id, "rows": json.dumps(rows), "now": now}
    return int((await conn.execute(_SETTLE_UNDO if undo else _SETTLE, parameters)).scalar_one_or_none() or 0)


async def open_items(conn: AsyncConnection, job_id: str, *, undo: bool, limit: int | None) -> list[Item]:
    """See the port; all of them without a limit."""
    table = bulk_items.c
    what = (table.outcome == "done", table.undo.is_(None)) if undo else (table.outcome.is_(None),)
    query = sa.select(bulk_items).where(table.job_id == job_id, *what).order_by(table.follow_up_id).limit(limit)
    return [_item(row) for row in (await conn.execute(query)).mappings()]


async def shown(
    conn: AsyncConnection,
    reader: Principal,
    job_id: str,
    *,
    after: str | None,
    limit: int,
    outcome: ItemOutcome | None,
) -> list[ShownItem]:
    """See the port."""
    within = sa.func.coalesce(in_reach(reader, follow_ups.c.advisor_id), sa.false())
    query = (
        sa.select(bulk_items, within.label("within"), clients.c.name.label("client_name"))
        .outerjoin(follow_ups, follow_ups.c.follow_up_id == bulk_items.c.follow_up_id)
        .outerjoin(clients, clients.c.client_id == bulk_items.c.client_id)
        .where(bulk_items.c.job_id == job_id)
        .order_by(bulk_items.c.follow_up_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(bulk_items.c.follow_up_id > after)
    if outcome is not None:
        query = query.where(bulk_items.c.outcome == outcome)
    return [_shown(row) for row in (await conn.execute(query)).mappings()]


def in_chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in pieces that one transaction writes."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def _shown(row: Any) -> ShownItem:
    item, within = _item(row), row["within"] and row["client_id"] is not None
    return ShownItem(item, within, row["client_name"] if within else None)


def _item(row: Any) -> Item:
    return Item(
        follow_up_id=row["follow_up_id"],
        campaign_id=row["campaign_id"],
        client_id=row["client_id"],
        advisor_id=row["advisor_id"],
        potential=row["potential"],
        amount=row["amount"],
        to_advisor=row["to_advisor"],
        outcome=None if row["outcome"] is None else ItemOutcome(row["outcome"]),
        code=row["code"],
        data=row["data"],
        number=row["number"],
        undo=None if row["undo"] is None else UndoOutcome(row["undo"]),
        undo_code=row["undo_code"],
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
