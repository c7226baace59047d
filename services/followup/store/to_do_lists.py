"""What there is to do as lists and counts, within reach; each list has an index of its own."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ColumnElement, ScalarSelect

from services.followup.ports import DueFilter, FollowUpRow, ToDoCounts, ToDoFilter, ToDoKind
from services.followup.store.reach import in_reach
from services.followup.store.reading import ROW, PostgresReading, due_conditions
from services.followup.tables import campaigns, follow_ups
from shared.rulebook.access import Principal
from shared.runtime.database import Database

_SINCE: dict[ToDoKind, Column[Any]] = {
    ToDoKind.OFFERED: follow_ups.c.offered_on,
    ToDoKind.CONCLUSION: follow_ups.c.concludes_since,
}


class PostgresToDoLists:
    """See `ports.ToDoLists`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reading = PostgresReading(database)

    async def page(self, principal: Principal, kind: ToDoKind, wanted: ToDoFilter) -> Sequence[FollowUpRow]:
        """See the port."""
        place = (_SINCE[kind], follow_ups.c.follow_up_id)
        query = ROW.add_columns(_SINCE[kind].label("listed_on")).where(*_conditions(principal, kind, wanted))
        newest_first = kind is ToDoKind.OFFERED
        query = query.order_by(*(column.desc() if newest_first else column for column in place)).limit(wanted.limit)
        if wanted.after is not None:
            before = sa.tuple_(*(sa.literal(v, c.type) for v, c in zip(wanted.after, place, strict=True)))
            query = query.where(sa.tuple_(*place) < before if newest_first else sa.tuple_(*place) > before)
        return await self._reading.rows(query)

    async def counts(self, principal: Principal, wanted: ToDoFilter) -> ToDoCounts:
        """See the port: one statement, each count over its own index."""
        due = DueFilter(
            by=wanted.today, today=wanted.today, campaign_id=wanted.campaign_id, advisor_id=wanted.advisor_id
        )
        conditions = due_conditions(principal, due)
        query = sa.select(
            _count(*conditions, follow_ups.c.due_on < wanted.today),
            _count(*conditions, follow_ups.c.due_on == wanted.today),
            _count(*_conditions(principal, ToDoKind.OFFERED, wanted)),
            _count(*_conditions(principal, ToDoKind.CONCLUSION, wanted)),
        )
        async with self._database.reading() as conn:
            return ToDoCounts(*(await conn.execute(query)).one())


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    counted = sa.select(sa.func.count()).select_from(follow_ups)
    counted = counted.join(campaigns, campaigns.c.campaign_id == follow_ups.c.campaign_id)
    return counted.where(*conditions).scalar_subquery()


def _conditions(principal: Principal, kind: ToDoKind, wanted: ToDoFilter) -> list[ColumnElement[bool]]:
    """Within reach, open today; a closed follow-up has nothing to do, and of an archived campaign nothing is done."""
    chosen = ((follow_ups.c.campaign_id, wanted.campaign_id), (follow_ups.c.advisor_id, wanted.advisor_id))
    return [
        in_reach(principal, follow_ups.c.advisor_id),
        _SINCE[kind].is_not(None),
        follow_ups.c.entry_date <= wanted.today,
        ~campaigns.c.deleted,
        ~campaigns.c.archived,
        *(column == value for column, value in chosen if value is not None),
    ]
