"""Follow-ups as people read them. Every query passes through `in_reach`: nobody sees a client beyond it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select

from services.followup.ports import DueCounts, DueFilter, FollowUpFilter, FollowUpRow
from services.followup.store.reach import in_reach
from services.followup.store.rows import STATE
from services.followup.tables import advisors, campaigns, clients, facts, follow_ups
from shared.contracts.campaign import CampaignDefined
from shared.contracts.followup import FactRecorded, Facts, FactsPage
from shared.rulebook.access import Principal
from shared.runtime.database import Database

ROW = (
    sa.select(
        follow_ups.c.follow_up_id,
        follow_ups.c.campaign_id,
        follow_ups.c.client_id,
        follow_ups.c.advisor_id,
        follow_ups.c.due_on,
        sa.cast(follow_ups.c.state, sa.Text).label("state"),
        sa.cast(campaigns.c.definition, sa.Text).label("definition"),
        clients.c.name.label("client_name"),
        clients.c.phone.label("client_phone"),
        advisors.c.name.label("advisor_name"),
        advisors.c.unit_path,
    )
    .join(campaigns, campaigns.c.campaign_id == follow_ups.c.campaign_id)
    .outerjoin(clients, clients.c.client_id == follow_ups.c.client_id)
    .outerjoin(advisors, advisors.c.advisor_id == follow_ups.c.advisor_id)
)


class PostgresReading:
    """Reads within a principal's reach."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._definitions: dict[tuple[str, str], CampaignDefined] = {}

    async def one(self, principal: Principal, follow_up_id: str) -> FollowUpRow | None:
        """The follow-up, or None when it does not exist within reach."""
        query = ROW.where(follow_ups.c.follow_up_id == follow_up_id, in_reach(principal, follow_ups.c.advisor_id))
        async with self._database.reading() as conn:
            row = (await conn.execute(query)).mappings().one_or_none()
        return None if row is None else self._follow_up(row)

    async def page(self, principal: Principal, wanted: FollowUpFilter) -> Sequence[FollowUpRow]:
        """One page, highest potential first."""
        query = _filtered(ROW.where(in_reach(principal, follow_ups.c.advisor_id), ~campaigns.c.deleted), wanted).limit(
            wanted.limit
        )
        return await self.rows(query)

    async def due(self, principal: Principal, wanted: DueFilter) -> Sequence[FollowUpRow]:
        """One page, earliest due date first."""
        query = ROW.where(*due_conditions(principal, wanted), follow_ups.c.due_on <= wanted.by)
        if wanted.after is not None:
            due_on, follow_up_id = wanted.after
            query = query.where(
                sa.tuple_(follow_ups.c.due_on, follow_ups.c.follow_up_id)
                > sa.tuple_(sa.literal(due_on), sa.literal(follow_up_id, follow_ups.c.follow_up_id.type))
            )
        query = query.order_by(follow_ups.c.due_on, follow_ups.c.follow_up_id).limit(wanted.limit)
        return await self.rows(query)

    async def due_counts(self, principal: Principal, wanted: DueFilter) -> DueCounts:
        """Counted in one pass over what is late or due today."""
        late = sa.func.count().filter(follow_ups.c.due_on < wanted.today)
        today = sa.func.count().filter(follow_ups.c.due_on == wanted.today)
        counted = sa.select(late, today).join(campaigns, campaigns.c.campaign_id == follow_ups.c.campaign_id)
        query = counted.where(*due_conditions(principal, wanted), follow_ups.c.due_on <= wanted.today)
        async with self._database.reading() as conn:
            row = (await conn.execute(query)).one()
        return DueCounts(row[0], row[1])

    async def recorded_number(self, follow_up_id: str) -> int:
        """Up to which number the facts of a follow-up are recorded; 0 when it is unknown."""
        query = sa.select(follow_ups.c.number).where(follow_ups.c.follow_up_id == follow_up_id)
        async with self._database.reading() as conn:
            return (await conn.execute(query)).scalar_one_or_none() or 0

    async def facts_page(self, wanted: FactsPage) -> Facts:
        """Facts in the order of recording, for read models that are rebuilt."""
        query = (
            sa.select(facts.c.seq, sa.cast(facts.c.event, sa.Text))
            .where(facts.c.seq > wanted.after_seq)
            .order_by(facts.c.seq)
            .limit(wanted.limit)
        )
        async with self._database.reading() as conn:
            rows = (await conn.execute(query)).all()
        events = tuple(FactRecorded.model_validate_json(row[1]) for row in rows)
        last = rows[-1][0] if rows else wanted.after_seq
        return Facts(facts=events, last_seq=last, complete=len(rows) < wanted.limit)

    async def rows(self, query: Select[Any]) -> Sequence[FollowUpRow]:
        """What a query on `ROW` finds; whoever asks has passed it through `in_reach`."""
        async with self._database.reading() as conn:
            rows = (await conn.execute(query)).mappings().all()
        return [self._follow_up(row) for row in rows]

    def _follow_up(self, row: Any) -> FollowUpRow:
        return FollowUpRow(
            follow_up_id=row["follow_up_id"],
            client_id=row["client_id"],
            client_name=row["client_name"],
            client_phone=row["client_phone"],
            advisor_id=row["advisor_id"],
            advisor_name=row["advisor_name"],
            advisor_unit_path=tuple(row["unit_path"] or ()),
            due_on=row["due_on"],
            listed_on=row.get("listed_on"),
            state=STATE.validate_json(row["state"]),
            definition=self._definition(row["campaign_id"], row["definition"]),
        )

    def _definition(self, campaign_id: str, text: str) -> CampaignDefined:
        """Read once per campaign and content."""
        key = (campaign_id, text)
        if key not in self._definitions:
            self._definitions = {k: v for k, v in self._definitions.items() if k[0] != campaign_id}
            self._definitions[key] = CampaignDefined.model_validate_json(text)
        return self._definitions[key]


def due_conditions(principal: Principal, wanted: DueFilter) -> list[ColumnElement[bool]]:
    """What may be late within reach: closed follow-ups have no due date, and a WAITING one's lies ahead."""
    chosen = ((follow_ups.c.campaign_id, wanted.campaign_id), (follow_ups.c.advisor_id, wanted.advisor_id))
    return [
        in_reach(principal, follow_ups.c.advisor_id),
        follow_ups.c.due_on.is_not(None),
        follow_ups.c.entry_date <= wanted.today,
        ~campaigns.c.deleted,
        ~campaigns.c.archived,
        *(column == value for column, value in chosen if value is not None),
    ]


def _filtered(query: Select[Any], wanted: FollowUpFilter) -> Select[Any]:
    table = follow_ups.c
    for column, value in (
        (table.campaign_id, wanted.campaign_id),
        (table.advisor_id, wanted.advisor_id),
        (table.client_id, wanted.client_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.closing is not None:
        query = query.where(table.closing == wanted.closing)
    if wanted.entered_by is not None:
        query = query.where(table.closing.is_(None), table.entry_date <= wanted.entered_by)
    if wanted.enters_after is not None:
        query = query.where(table.closing.is_(None), table.entry_date > wanted.enters_after)
    if wanted.after is not None:
        potential, follow_up_id = wanted.after
        query = query.where(
            sa.tuple_(-table.potential, table.follow_up_id)
            > sa.tuple_(sa.literal(-potential), sa.literal(follow_up_id, table.follow_up_id.type))
        )
    return query.order_by(-table.potential, table.follow_up_id)
