"""All that was tried on follow-ups: every fact, every command that made none, and what operators did about commands.

Spec 5.9. Three selects of one shape, so that PostgreSQL finds each by its own index.
"""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ColumnElement, Select, Subquery

from services.followup.ports import TimelineEntry, TimelinePage
from services.followup.store.reach import in_reach
from services.followup.tables import advisors, clients, commands, facts, follow_ups, interventions
from shared.contracts.followup import FactRecorded
from shared.rulebook.access import Principal
from shared.runtime.database import Database

_NO_FACT, _INTERVENTION = sa.literal(0), sa.literal(-1)
_ACTS = sa.case((interventions.c.kind == "retry", "Retried"), else_="Dismissed")
_Which = Callable[[Column[Any]], ColumnElement[bool]]
"""Says of which follow-ups, given the column of their ids."""


class PostgresTimelines:
    """Pages in the order of receiving; a command that was applied appears as its fact alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_follow_up(self, follow_up_id: str, page: TimelinePage) -> Sequence[TimelineEntry]:
        """See the port."""
        return await self._page(lambda column: column == follow_up_id, page)

    async def of_client(self, principal: Principal, client_id: str, page: TimelinePage) -> Sequence[TimelineEntry]:
        """See the port."""
        theirs = sa.select(follow_ups.c.follow_up_id).where(
            follow_ups.c.client_id == client_id, in_reach(principal, follow_ups.c.advisor_id)
        )
        # A signal may name the client in a campaign that does not have him, or that nobody knows.
        of_no_follow_up = sa.select(commands.c.follow_up_id).where(
            commands.c.client_id == client_id,
            ~sa.exists().where(follow_ups.c.follow_up_id == commands.c.follow_up_id),
        )
        return await self._page(lambda column: column.in_(theirs.union_all(of_no_follow_up)), page)

    async def sees_client(self, principal: Principal, client_id: str) -> bool:
        """See the port."""
        query = sa.select(sa.literal(1)).where(
            clients.c.client_id == client_id, in_reach(principal, clients.c.advisor_id)
        )
        async with self._database.reading() as conn:
            return (await conn.execute(query)).scalar_one_or_none() is not None

    async def _page(self, which: _Which, page: TimelinePage) -> Sequence[TimelineEntry]:
        tried = sa.union_all(_facts(which), _without_fact(which), _interventions(which)).subquery("tried")
        query = (
            sa.select(tried, advisors.c.name.label("actor_name"))
            .outerjoin(advisors, sa.cast(advisors.c.advisor_id, sa.Text) == tried.c.actor)
            .order_by(*_order(tried, page))
            .limit(page.limit)
        )
        if page.after is not None:
            here = sa.tuple_(tried.c.received_at, tried.c.number, tried.c.seq)
            there = sa.tuple_(*(sa.literal(one) for one in page.after))
            query = query.where(here > there if page.order == "oldest" else here < there)
        async with self._database.reading() as conn:
            rows = (await conn.execute(query)).mappings().all()
        return [_entry(row) for row in rows]


# What the house asked for, such as noting that a step is late, is refused when it is no longer so.
_NO_TROUBLE = sa.and_(commands.c.door == "system", commands.c.verdict.is_not_distinct_from("refused"))


def _order(tried: Subquery, page: TimelinePage) -> list[ColumnElement[Any]]:
    columns = [tried.c.received_at, tried.c.number, tried.c.seq]
    return [column.desc() for column in columns] if page.order == "newest" else list(columns)


def _facts(which: _Which) -> Select[Any]:
    return (
        sa.select(
            facts.c.follow_up_id,
            sa.func.coalesce(commands.c.received_at, facts.c.recorded_at).label("received_at"),
            facts.c.number,
            sa.func.coalesce(commands.c.seq, 0).label("seq"),
            sa.cast(facts.c.event, sa.Text).label("event"),
            *_SAID,
            sa.func.coalesce(commands.c.actor, facts.c.event["actor"].astext).label("actor"),
        )
        .select_from(facts.outerjoin(commands, commands.c.command_id == facts.c.command_id))
        .where(which(facts.c.follow_up_id))
    )


def _without_fact(which: _Which) -> Select[Any]:
    return sa.select(
        commands.c.follow_up_id,
        commands.c.received_at,
        _NO_FACT.label("number"),
        commands.c.seq,
        sa.null().label("event"),
        *_SAID,
        commands.c.actor,
    ).where(which(commands.c.follow_up_id), commands.c.verdict.is_distinct_from("applied"), ~_NO_TROUBLE)


def _interventions(which: _Which) -> Select[Any]:
    """What an operator did about a command, with what that had been answered before."""
    before = interventions.c.before
    return (
        sa.select(
            interventions.c.follow_up_id,
            interventions.c.at.label("received_at"),
            _INTERVENTION.label("number"),
            interventions.c.intervention_id.label("seq"),
            sa.null().label("event"),
            interventions.c.command_id,
            sa.func.jsonb_build_object("command", _ACTS, "step_id", commands.c.body["step_id"]).label("body"),
            sa.literal("screen").label("door"),
            interventions.c.at.label("occurred_at"),
            before["verdict"].astext.label("verdict"),
            sa.false().label("parked"),
            before["code"].astext.label("code"),
            before["data"].label("data"),
            interventions.c.reason.label("note"),
            sa.cast(sa.null(), commands.c.details.type).label("details"),
            interventions.c.actor,
        )
        .select_from(interventions.join(commands, commands.c.command_id == interventions.c.command_id))
        .where(which(interventions.c.follow_up_id))
    )


_SAID = (
    commands.c.command_id,
    commands.c.body,
    commands.c.door,
    commands.c.occurred_at,
    commands.c.verdict,
    commands.c.parked,
    commands.c.code,
    commands.c.data,
    commands.c.note,
    commands.c.details,
)


def _entry(row: Any) -> TimelineEntry:
    event = None if row["event"] is None else FactRecorded.model_validate_json(row["event"])
    return TimelineEntry(
        follow_up_id=row["follow_up_id"],
        event=event,
        command_id=row["command_id"],
        body=row["body"],
        door=row["door"] or (event.door if event else "system"),
        actor=row["actor"] or "",
        actor_name=row["actor_name"],
        occurred_at=row["occurred_at"] or (event.occurred_at if event else row["received_at"]),
        received_at=row["received_at"],
        verdict="applied" if event else row["verdict"] or ("parked" if row["parked"] else "pending"),
        code=row["code"],
        data=row["data"],
        note=row["note"],
        details=row["details"],
        place=(row["received_at"], row["number"], row["seq"]),
    )
