"""Lists as of a past day: the follow-ups of then stand in the place of the table for one transaction (ADR 0064).

They are told once, from the facts; where each one stood is judged by the rulebook, once for all that stood alike.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    cast,
    delete,
    func,
    literal,
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
from services.reporting.store.past_reach import Among, among
from services.reporting.store.places import places_before
from services.reporting.store.reach import is_within
from services.reporting.store.rows import rows_json
from services.reporting.store.shaping import entries_as_they_come
from services.reporting.store.tree_rows import PostgresTreeRows
from services.reporting.tables import facts, follow_ups
from services.reporting.tables.past import past_follow_ups, past_known, past_standings
from services.reporting.use_cases.standing import an_example
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.standing import is_overdue, position, position_index
from shared.rulebook.steps import Plan

_PAST, _STANDING, _KNOWN = past_follow_ups.c, past_standings.c, past_known.c
_SUCCESSES = [kind.value for kind in ConclusionKind if kind.is_success]
_TABLES = (past_known, past_follow_ups, past_standings)
_OTHERS_READ = text("set transaction read only")
"""PostgreSQL then lets a transaction write its own temporary tables, and nothing else."""
_COUNTED = text("analyze past_known")
"""Without knowing them PostgreSQL expects few, and looks each one up."""
_JUDGED = text(
    "insert into past_standings select * from"
    " jsonb_populate_recordset(cast(null as past_standings), cast(:judged as jsonb))"
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
        """What is judged of each shape, and the whole state, are looked up where a statement asks for them."""
        state = select(facts.c.after).where(facts.c.follow_up_id == _PAST.follow_up_id, facts.c.number == _PAST.number)
        told: dict[str, ColumnElement[Any]] = {
            "state": func.coalesce(_PAST.state, state.correlate(past_follow_ups).scalar_subquery()),
            "overdue": func.coalesce(_PAST.overdue, _STANDING.overdue),
            "plan_version": func.coalesce(_PAST.plan_version, _STANDING.plan_version),
            "position": func.coalesce(_PAST.position, _STANDING.position),
            "step_number": func.coalesce(_PAST.step_number, _STANDING.step_number),
        }
        alike = and_(_STANDING.campaign_id == _PAST.campaign_id, _STANDING.shape == _PAST.shape)
        columns = [told.get(one.name, _PAST[one.name]).label(one.name) for one in follow_ups.c]
        held = select(*columns).select_from(past_follow_ups.outerjoin(past_standings, alike))
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
            for table in _TABLES:
                await self._connection.execute(CreateTable(table))
            await self._connection.execute(_OTHERS_READ)
        else:
            for table in _TABLES:
                await self._connection.execute(delete(table))
        plans = await self._plans(campaign_ids)
        theirs = await among(self._connection, self._as_of, scope)
        known = known_as_of(self._as_of, scope, theirs, sorted(plans), activity=True)
        names = [column.name for column in _KNOWN]
        await self._connection.execute(past_known.insert().from_select(names, select(*(known.c[one] for one in names))))
        await self._connection.execute(_COUNTED)
        found = _as_recorded(theirs)
        names = [column.name for column in found.selected_columns]
        await self._connection.execute(past_follow_ups.insert().from_select(names, found))
        await self._judge(plans)
        if self._as_of.axis is Axis.HAPPENED:
            await self._fold(scope, plans)

    async def _judge(self, plans: Mapping[str, Plan]) -> None:
        alike = (await self._connection.execute(select(_PAST.campaign_id, _PAST.shape).distinct())).all()
        judged = [_judged(row, plans[row.campaign_id], self._as_of) for row in alike]
        await self._connection.execute(_JUDGED, {"judged": json.dumps(judged)})

    async def _fold(self, scope: Scope, plans: Mapping[str, Plan]) -> None:
        """Those whose facts happened in another order than they were recorded in, one by one."""
        wanted = (
            select(_KNOWN.follow_up_id, _KNOWN.last_activity, follow_ups.c.client_id)
            .join(follow_ups, follow_ups.c.follow_up_id == _KNOWN.follow_up_id)
            .where(_KNOWN.folds)
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


def _as_recorded(theirs: Among) -> Select[Any]:
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
            _KNOWN.interactions,
            literal(0).label("generation"),
            facts.c.advisor_id,
            cast(after["entry_date"].astext, Date).label("entry_date"),
            closing.label("closing"),
            func.coalesce(kind.in_(_SUCCESSES), literal(value=False)).label("success"),
            euros(after["initial_potential"].astext).label("initial_potential"),
            euros(after["potential"].astext).label("potential"),
            func.coalesce(euros(conclusion["collected"].astext), 0).label("collected"),
            kind.label("conclusion_kind"),
            cast(conclusion["on"].astext, Date).label("concluded_on"),
            _KNOWN.last_activity,
            func.jsonb_build_array(closing, closed_position, late, entries_shaped()).label("shape"),
        )
        .join(past_known, (_KNOWN.follow_up_id == facts.c.follow_up_id) & (_KNOWN.number == facts.c.number))
        .join(follow_ups, follow_ups.c.follow_up_id == facts.c.follow_up_id)
        .where(~_KNOWN.folds, theirs.holds(facts.c.advisor_id))
    )


def _judged(row: Any, plan: Plan, as_of: AsOf) -> dict[str, object]:
    closing, closed_position, late, entries = row.shape
    shape = Shape(
        closing, None, closed_position, waiting=False, entries=entries_as_they_come(entries), overdue_step=late
    )
    state = an_example(shape, as_of.day)
    return {
        "campaign_id": row.campaign_id,
        "shape": row.shape,
        "position": position(state, plan),
        "step_number": position_index(state, plan) + 1,
        "overdue": is_overdue(state, plan),
        "plan_version": plan.version,
    }
