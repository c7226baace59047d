"""Lists as of a past day: the follow-ups of then stand in the place of the table for one transaction (ADR 0064).

They are told once, from the facts; where each one stood is judged by the rulebook, once for all that stood alike.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    Text,
    cast,
    delete,
    func,
    literal,
    null,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateTable

from services.reporting.ports.counting import Generation, Row
from services.reporting.ports.listing import Wanted
from services.reporting.ports.reading import AsOf, Axis, Scope
from services.reporting.ports.standing import Shape
from services.reporting.store.past_definitions import definitions_as_of
from services.reporting.store.past_facts import (
    entries_shaped,
    euros,
    histories,
    known_as_of,
    paths_as_of,
)
from services.reporting.store.places import places_before
from services.reporting.store.reach import is_within, within
from services.reporting.store.rows import rows_json
from services.reporting.store.shaping import shape_entries
from services.reporting.store.tree_rows import PostgresTreeRows
from services.reporting.tables import facts, follow_ups
from services.reporting.tables.past import past_follow_ups
from services.reporting.use_cases.standing import an_example
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.standing import is_overdue, position, position_index
from shared.rulebook.steps import Plan

_PAST = past_follow_ups.c
_SUCCESSES = [kind.value for kind in ConclusionKind if kind.is_success]
_OTHERS_READ = text("set transaction read only")
"""PostgreSQL then lets a transaction write its own temporary tables, and nothing else."""
_JUDGED = text(
    "update past_follow_ups set position = judged.position, step_number = judged.step_number,"
    " overdue = judged.overdue, plan_version = judged.plan_version"
    " from jsonb_to_recordset(cast(:judged as jsonb)) as judged (campaign_id uuid, shape jsonb, position text,"
    " step_number integer, overdue boolean, plan_version integer)"
    " where past_follow_ups.campaign_id = judged.campaign_id and past_follow_ups.shape = judged.shape"
)
_TOLD = text(
    "insert into past_follow_ups select * from"
    " jsonb_populate_recordset(cast(null as past_follow_ups), cast(:rows as jsonb))"
)
_AT_ONCE = 500


class PostgresPastRows(PostgresTreeRows):
    """See the port. The first question makes the rows that all statements then read under the name `follow_ups`."""

    def __init__(self, connection: AsyncConnection, as_of: AsOf) -> None:
        super().__init__(connection)
        self._as_of = as_of
        self._places = places_before(as_of.end)
        self._held: tuple[Scope, list[str]] | None = None

    async def _reach(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        """Nothing is left to ask: only what is within the scope is held."""
        asked = (wanted.scope, sorted(wanted.campaign_ids))
        if self._held != asked:
            await self._hold(*asked)
            self._held = asked
        return []

    def _of_day(self, statement: Select[Any]) -> Select[Any]:
        held = select(*(_PAST[one.name] for one in follow_ups.c))
        return statement.add_cte(held.cte("follow_ups").prefix_with("NOT MATERIALIZED"))

    async def _generations(self, campaign_ids: Collection[str]) -> dict[str, Generation]:
        """The plans of then, which the figures of the day follow."""
        return {one: Generation(0, plan) for one, plan in (await self._plans(campaign_ids)).items()}

    async def _plans(self, campaign_ids: Collection[str]) -> dict[str, Plan]:
        defined = await definitions_as_of(self._connection, self._as_of, campaign_ids)
        return {one: definition.plan() for one, definition in defined.items() if definition is not None}

    async def _hold(self, scope: Scope, campaign_ids: Sequence[str]) -> None:
        """Before its campaign there is no follow-up."""
        if self._held is None:
            await self._connection.execute(CreateTable(past_follow_ups))
            await self._connection.execute(_OTHERS_READ)
        else:
            await self._connection.execute(delete(past_follow_ups))
        plans = await self._plans(campaign_ids)
        known = known_as_of(self._as_of, scope, sorted(plans), activity=True)
        found = _as_recorded(self._as_of, scope, known)
        names = [column.name for column in found.selected_columns]
        await self._connection.execute(past_follow_ups.insert().from_select(names, found))
        await self._judge(plans)
        if self._as_of.axis is Axis.HAPPENED:
            await self._fold(scope, known, plans)

    async def _judge(self, plans: Mapping[str, Plan]) -> None:
        alike = (await self._connection.execute(select(_PAST.campaign_id, _PAST.shape).distinct())).all()
        judged = [_judged(row, plans[row.campaign_id], self._as_of) for row in alike]
        await self._connection.execute(_JUDGED, {"judged": json.dumps(judged)})

    async def _fold(self, scope: Scope, known: Subquery, plans: Mapping[str, Plan]) -> None:
        """Those whose facts happened in another order than they were recorded in, one by one."""
        wanted = (
            select(known.c.follow_up_id, known.c.last_activity, follow_ups.c.client_id)
            .join(follow_ups, follow_ups.c.follow_up_id == known.c.follow_up_id)
            .where(known.c.folds)
        )
        told = {row.follow_up_id: row for row in await self._connection.execute(wanted)}
        paths = await paths_as_of(self._connection, self._as_of) if told else {}
        ids = sorted(told)
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            rows: list[tuple[Row, Plan | None]] = []
            async for follow_up_id, campaign_id, happened in histories(self._connection, self._as_of, some):
                advisor_id = happened.state.advisor_id
                if is_within(scope, advisor_id, paths.get(advisor_id, ())):
                    one = told[follow_up_id]
                    row = Row(
                        follow_up_id=follow_up_id,
                        campaign_id=campaign_id,
                        client_id=one.client_id,
                        state=happened.state,
                        interactions=happened.interactions,
                        generation=0,
                        last_activity=one.last_activity,
                    )
                    rows.append((row, plans[campaign_id]))
            await self._connection.execute(_TOLD, {"rows": rows_json(rows)})


def _as_recorded(as_of: AsOf, scope: Scope, known: Subquery) -> Select[Any]:
    """Those whose state as of the day is the one that the last fact by then carries; not yet judged."""
    after = facts.c.after
    conclusion = after["conclusion"]
    kind = conclusion["kind"].astext
    closing, closed_position, late = (after[name].astext for name in ("closing", "closed_position", "overdue_step"))
    return (
        select(
            facts.c.follow_up_id,
            facts.c.campaign_id,
            follow_ups.c.client_id,
            facts.c.number,
            after.label("state"),
            cast(known.c.interactions, Integer).label("interactions"),
            literal(0).label("generation"),
            facts.c.advisor_id,
            cast(after["entry_date"].astext, Date).label("entry_date"),
            closing.label("closing"),
            func.coalesce(kind.in_(_SUCCESSES), literal(value=False)).label("success"),
            euros(after["initial_potential"].astext).label("initial_potential"),
            euros(after["potential"].astext).label("potential"),
            func.coalesce(euros(conclusion["collected"].astext), 0).label("collected"),
            cast(null(), Text).label("position"),
            literal(0).label("plan_version"),
            kind.label("conclusion_kind"),
            cast(conclusion["on"].astext, Date).label("concluded_on"),
            cast(null(), Integer).label("step_number"),
            literal(value=False).label("overdue"),
            known.c.last_activity,
            func.jsonb_build_array(closing, closed_position, late, entries_shaped()).label("shape"),
        )
        .join(known, (known.c.follow_up_id == facts.c.follow_up_id) & (known.c.number == facts.c.number))
        .join(follow_ups, follow_ups.c.follow_up_id == facts.c.follow_up_id)
        .where(~known.c.folds, within(scope, facts.c.advisor_id, places_before(as_of.end)))
    )


def _judged(row: Any, plan: Plan, as_of: AsOf) -> dict[str, object]:
    closing, closed_position, late, entries = row.shape
    shape = Shape(closing, None, closed_position, waiting=False, entries=shape_entries(entries), overdue_step=late)
    state = an_example(shape, as_of.day)
    return {
        "campaign_id": row.campaign_id,
        "shape": row.shape,
        "position": position(state, plan),
        "step_number": position_index(state, plan) + 1,
        "overdue": is_overdue(state, plan),
        "plan_version": plan.version,
    }
