"""Stays at each place, open clients and successes of a campaign, summed in one statement (docs/domain.md, Forecast).

Each follow-up is touched once, and at most as many as a forecast needs; what comes back is a row per place and end.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Boolean, Date, Float, Integer, Text, case, cast, column, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.ports.forecasting import Observed, OpenAt, Snapshot
from services.reporting.ports.reading import Scope
from services.reporting.store.figures import PostgresFigures
from services.reporting.store.reach import within
from services.reporting.tables import follow_ups
from shared.rulebook.chances import OTHER, STILL, SUCCESS, Spell, Waiting
from shared.rulebook.forecast import HEAVIEST, Knowledge, Success
from shared.runtime.database import Database

_COLUMNS: tuple[Any, ...] = (
    column("what", Text),
    column("rich", Boolean),
    column("place", Integer),
    column("other", Integer),
    column("clients", Integer),
    *(column(name, Float) for name in ("a", "b", "c", "d", "e")),
)
# Of one day only the furthest step counts, and a step only where it reaches further than all before.
_SUMS = text(
    """(
    with day as (
        select r.follow_up_id, greatest(cast(e ->> 'completed_on' as date), r.entry_date) as day,
               cast(max(p.place) as int) as place
        from read r
        cross join lateral jsonb_array_elements(r.state -> 'entries') as e
        join unnest(cast(:steps as text[])) with ordinality as p (step_id, place) on p.step_id = e ->> 'step_id'
        where e ->> 'state' = 'COMPLETED'
          and (r.over_on is null or greatest(cast(e ->> 'completed_on' as date), r.entry_date) < r.over_on)
        group by 1, 2
    ), further as (
        select follow_up_id, day, place, max(place) over (
            partition by follow_up_id order by day rows between unbounded preceding and 1 preceding
        ) as before
        from day
    ), stay as (
        select follow_up_id, place, day as since, lead(place) over stays as further, lead(day) over stays as until
        from (
            select follow_up_id, 0 as place, entry_date - 1 as day from read
            union all
            select follow_up_id, place, day from further where before is null or place > before
        ) reached
        window stays as (partition by follow_up_id order by day, place)
    ), told as (
        select s.place, s.further, r.over_on, r.success, r.entry_date, r.potential > 0 as rich,
               coalesce(s.until, r.over_on, cast(:today as date)) - s.since as days,
               cast(case when r.potential > 0 then r.potential else 1 end as float8) as whole,
               cast(r.collected as float8) as collected,
               cast(case when r.potential > 0 then least(r.potential, mean.potential * :heaviest) else 1 end as float8)
                   as w
        from stay s join read r using (follow_up_id)
        cross join (select avg(potential) as potential from read where potential > 0) mean
    )
    select 'stay' as what, rich, place,
           case when further is not null then further when over_on is null then :still
                when success then :success else :otherwise end as other,
           count(*) as clients,
           sum(w) as a, sum(w * days) as b, sum(w * w) as c, sum(w * w * days) as d, sum(w * w * days * days) as e
    from told where days > 0 group by 1, 2, 3, 4
    union all
    select 'open', rich, place, cast(:last as date) - greatest(cast(:today as date), entry_date - 1),
           count(*), sum(whole), sum(whole * whole), 0, 0, 0
    from told where further is null and over_on is null group by 1, 2, 3, 4
    union all
    select 'over', rich, 0, case when success then :success else :otherwise end,
           count(*), sum(collected), sum(whole), sum(collected * collected), sum(whole * whole), sum(collected * whole)
    from told where further is null and over_on is not null group by 1, 2, 3, 4
    ) as sums"""
)


class PostgresObservations:
    """See the port."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def observe(
        self, scope: Scope, campaign_id: str, steps: Sequence[str], *, today: date, last: date, share: float
    ) -> Observed:
        """See the port."""
        statement = select(*_COLUMNS).select_from(_SUMS).add_cte(_read(scope, campaign_id, share))
        given = {
            "steps": list(steps),
            "today": today,
            "last": last,
            "heaviest": HEAVIEST,
            "still": STILL,
            "success": SUCCESS,
            "otherwise": OTHER,
        }
        rows = (await self._connection.execute(statement, given)).all()
        over = [row for row in rows if row.what == "over"]
        places: dict[int, int] = {}
        for row in rows:
            if row.what == "open":
                places[row.place] = places.get(row.place, 0) + row.clients
        return Observed(
            conclusions=sum(row.clients for row in over),
            successes=sum(row.clients for row in over if row.other == SUCCESS),
            kinds=[_knowledge(row for row in rows if row.rich is rich) for rich in (True, False)],
            in_progress=[OpenAt(place, places[place]) for place in sorted(places)],
        )


class PostgresForecasting:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """See the port."""
        async with self._database.engine.connect() as pooled:
            connection = await pooled.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                yield Snapshot(PostgresFigures(connection), PostgresObservations(connection))


def _read(scope: Scope, campaign_id: str, share: float) -> CTE:
    """The follow-ups within reach that are open or concluded; of very many, those whose derived ids are the lowest."""
    table = follow_ups.c
    over = table.closing == "CONCLUDED"
    conditions = [table.campaign_id == campaign_id, or_(table.closing.is_(None), over), within(scope, table.advisor_id)]
    if share < 1:
        conditions.append(table.follow_up_id < str(UUID(int=int(share * 2**128))))
    return (
        select(
            table.follow_up_id,
            table.entry_date,
            table.potential,
            table.collected,
            table.success,
            table.state,
            case((over, cast(table.state["conclusion"]["on"].astext, Date))).label("over_on"),
        )
        .where(*conditions)
        .cte("read")
    )


def _knowledge(rows: Iterable[Any]) -> Knowledge:
    spells, waiting, success = [], [], Success()
    for row in sorted(rows, key=lambda row: (row.place, row.other)):
        if row.what == "stay":
            spells.append(
                Spell(
                    place=row.place,
                    to=row.other,
                    weight=row.a,
                    weight_days=row.b,
                    squared=row.c,
                    squared_days=row.d,
                    squared_days_squared=row.e,
                )
            )
        elif row.what == "open":
            waiting.append(Waiting(place=row.place, days=row.other, weight=row.a, squared=row.b))
        elif row.other == SUCCESS:
            success = Success(
                number=row.clients,
                amount=row.a,
                weight=row.b,
                amount_squared=row.c,
                weight_squared=row.d,
                amount_by_weight=row.e,
            )
    return Knowledge(spells=spells, waiting=waiting, success=success)
