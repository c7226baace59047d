"""Follow-ups that a job chooses, within the asker's reach: by id, or by what a filter says."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.ports import Candidate, Choice, Known
from services.followup.store.reach import in_reach
from services.followup.store.rows import STATE, Plans
from services.followup.tables import advisors, campaigns, follow_ups
from shared.rulebook.access import Principal

_ROW = (
    sa.select(
        follow_ups.c.follow_up_id,
        follow_ups.c.campaign_id,
        follow_ups.c.client_id,
        follow_ups.c.advisor_id,
        sa.cast(follow_ups.c.state, sa.Text).label("state"),
        follow_ups.c.known_version,
        follow_ups.c.started,
        campaigns.c.version,
        advisors.c.unit_path,
    )
    .join(campaigns, campaigns.c.campaign_id == follow_ups.c.campaign_id)
    .outerjoin(advisors, advisors.c.advisor_id == follow_ups.c.advisor_id)
    .where(~campaigns.c.deleted)
)


async def candidates(
    conn: AsyncConnection,
    plans: Plans,
    principal: Principal | None,
    choice: Choice,
    today: date,
    *,
    after: str | None,
    limit: int,
) -> list[Candidate]:
    """One page in the order of ids; None for a principal reaches all."""
    query = _chosen(_ROW, principal, choice, today).order_by(follow_ups.c.follow_up_id).limit(limit)
    if after is not None:
        query = query.where(follow_ups.c.follow_up_id > after)
    rows = (await conn.execute(query)).mappings().all()
    return [await _candidate(conn, plans, row) for row in rows]


async def count(conn: AsyncConnection, principal: Principal, choice: Choice, today: date) -> int:
    """How many the filter finds within reach."""
    query = _chosen(_ROW.with_only_columns(sa.func.count(), maintain_column_froms=True), principal, choice, today)
    return int((await conn.execute(query)).scalar_one())


def _chosen(query: Select[Any], principal: Principal | None, choice: Choice, today: date) -> Select[Any]:
    if principal is not None:
        query = query.where(in_reach(principal, follow_ups.c.advisor_id))
    if choice.ids is not None:
        return query.where(follow_ups.c.follow_up_id.in_(choice.ids))
    return query.where(*_conditions(choice, today))


def _conditions(choice: Choice, today: date) -> Sequence[ColumnElement[bool]]:
    """The filter without its position, which the rulebook knows."""
    table = follow_ups.c
    conditions = [table.closing == "ARCHIVED" if choice.state == "ARCHIVED" else table.closing.is_(None)]
    if choice.campaign_id is not None:
        conditions.append(table.campaign_id == choice.campaign_id)
    if choice.advisor_id is not None:
        conditions.append(table.advisor_id == choice.advisor_id)
    if choice.unit_id is not None:
        conditions.append(advisors.c.unit_path.contains([choice.unit_id]))
    if choice.state == "WAITING":
        conditions.append(table.entry_date > today)
    if choice.state == "OPEN":
        conditions.append(table.entry_date <= today)
    if choice.entry_from is not None:
        conditions.append(table.entry_date >= choice.entry_from)
    if choice.entry_to is not None:
        conditions.append(table.entry_date <= choice.entry_to)
    if choice.entry_outside is not None:
        first, last = choice.entry_outside
        conditions.append(sa.or_(table.entry_date < first, table.entry_date > last))
    return conditions


async def _candidate(conn: AsyncConnection, plans: Plans, row: Any) -> Candidate:
    known = Known(
        follow_up_id=row["follow_up_id"],
        campaign_id=row["campaign_id"],
        client_id=row["client_id"],
        state=STATE.validate_json(row["state"]),
        known_version=row["known_version"],
        started=row["started"],
        plan=(await plans.get(conn, row["campaign_id"], row["version"])).plan,
    )
    return Candidate(known, row["advisor_id"], tuple(row["unit_path"] or ()))
