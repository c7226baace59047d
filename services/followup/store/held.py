"""The command log as operators see it, and what they do about it: nothing that was said before is overwritten."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select

from services.followup.ports.held import Held, HeldCount, HeldFilter, Intervention
from services.followup.store import telling
from services.followup.store.rows import STEP_BEING_REMOVED, Plans, lock
from services.followup.tables import commands, follow_ups
from services.followup.use_cases.take_signals import CRM
from shared.runtime.database import Database
from shared.runtime.outbox import enqueue

_STATE = sa.case(
    (commands.c.verdict.is_not(None), commands.c.verdict), (commands.c.parked, "parked"), else_="waiting"
).label("state")
_ROW = sa.select(
    commands.c.command_id,
    commands.c.seq.label("place"),
    commands.c.source,
    commands.c.source_id,
    commands.c.body["command"].astext.label("kind"),
    commands.c.body["step_id"].astext.label("step_id"),
    commands.c.follow_up_id,
    follow_ups.c.campaign_id,
    commands.c.door,
    _STATE,
    commands.c.code,
    commands.c.data,
    commands.c.occurred_at,
    commands.c.received_at,
    commands.c.park_until,
    commands.c.attempts,
    commands.c.dismissed,
).select_from(commands.outerjoin(follow_ups, follow_ups.c.follow_up_id == commands.c.follow_up_id))
# What the house itself asked for, such as noting that a step is late, is refused when it is no longer so: no trouble.
_REFUSED = sa.and_(commands.c.verdict == "refused", ~commands.c.dismissed, commands.c.door != "system")
_DISMISSED = sa.and_(commands.c.verdict == "refused", commands.c.dismissed)
_PARKED = sa.and_(commands.c.verdict.is_(None), commands.c.parked)
_WAITING = sa.and_(commands.c.verdict.is_(None), ~commands.c.parked)
# Who sends from a screen was told at once; an id reused and what cannot be read ask for nothing that could be tried.
_RETRIABLE = sa.and_(
    commands.c.source == CRM,
    sa.or_(commands.c.verdict == "refused", sa.and_(_PARKED, commands.c.code != STEP_BEING_REMOVED)),
)
_FOLLOW_UPS = sa.text("select distinct follow_up_id::text from commands where command_id = any(cast(:ids as uuid[]))")
_RETRY = sa.text(
    f"""
    with wanted as (
        select c.command_id, c.follow_up_id, c.verdict, c.code, c.data, f.follow_up_id is not null as known
        from commands c left join follow_ups f on f.follow_up_id = c.follow_up_id
        where c.command_id = any(cast(:ids as uuid[])) and c.source = '{CRM}'
          and (c.verdict = 'refused' or c.verdict is null and c.parked and c.code <> '{STEP_BEING_REMOVED}')
        order by c.command_id for update of c
    ), noted as (
        insert into interventions (command_id, follow_up_id, kind, actor, before, at)
        select command_id, follow_up_id, 'retry', :actor,
               jsonb_build_object('verdict', coalesce(verdict, 'parked'), 'code', code, 'data', data), :at
        from wanted
    )
    update commands c
    set verdict = null, decided_at = null, dismissed = false, leased_until = null, park_until = :park_until,
        parked = not w.known, code = case when not w.known then 'follow_up_unknown' end,
        data = case when not w.known then c.data end
    from wanted w where c.command_id = w.command_id
    """  # noqa: S608  words of our own
)
_DISMISS = sa.text(
    """
    with wanted as (
        select command_id, follow_up_id, verdict, code, data
        from commands
        where command_id = :id and (verdict = 'refused' and not dismissed or verdict is null and parked)
        for update
    ), noted as (
        insert into interventions (command_id, follow_up_id, kind, actor, reason, before, at)
        select command_id, follow_up_id, 'dismiss', :actor, :reason,
               jsonb_build_object('verdict', coalesce(verdict, 'parked'), 'code', code, 'data', data), :at
        from wanted
    )
    update commands c
    set dismissed = true, verdict = 'refused', parked = false, decided_at = coalesce(c.decided_at, :at)
    from wanted w where c.command_id = w.command_id
    returning c.command_id::text, c.source, c.source_id, c.follow_up_id::text, c.verdict, c.parked, c.number, c.code,
              c.data, w.verdict is null as was_open
    """
)


class PostgresHeldCommands:
    """`ports.held.HeldCommands`, one transaction per call."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._plans = Plans()

    async def page(self, wanted: HeldFilter) -> Sequence[Held]:
        """See the port."""
        return [Held(**row) for row in await self._rows(_filtered(_ROW, wanted))]

    async def counts(self) -> Sequence[HeldCount]:
        """See the port."""
        query = (
            sa.select(
                _STATE,
                commands.c.code,
                sa.func.count().label("number"),
                sa.func.min(commands.c.received_at).label("oldest"),
            )
            .where(sa.or_(_REFUSED, commands.c.verdict.is_(None)))
            .group_by(_STATE, commands.c.code)
            .order_by(_STATE, sa.text("number desc"))
        )
        return [HeldCount(**row) for row in await self._rows(query)]

    async def one(self, command_id: str) -> Held | None:
        """See the port."""
        rows = await self._rows(_ROW.where(commands.c.command_id == command_id))
        return Held(**rows[0]) if rows else None

    async def retriable(self, wanted: HeldFilter) -> Sequence[tuple[str, int]]:
        """See the port."""
        return [
            (row["command_id"], row["place"]) for row in await self._rows(_filtered(_ROW, wanted).where(_RETRIABLE))
        ]

    async def retry(self, command_ids: Sequence[str], act: Intervention) -> int:
        """See the port. The follow-ups are locked first, as whoever records for them does."""
        if not command_ids:
            return 0
        ids = {"ids": list(command_ids)}
        async with self._database.transaction() as conn:
            await lock(conn, self._plans, list((await conn.execute(_FOLLOW_UPS, ids)).scalars()))
            said = {"actor": act.actor, "at": act.at, "park_until": act.park_until}
            return (await conn.execute(_RETRY, {**ids, **said})).rowcount

    async def dismiss(self, command_id: str, act: Intervention) -> bool:
        """See the port. One that was still open is refused thereby, and its sender told."""
        said = {"id": command_id, "actor": act.actor, "reason": act.reason, "at": act.at}
        async with self._database.transaction() as conn:
            await lock(conn, self._plans, list((await conn.execute(_FOLLOW_UPS, {"ids": [command_id]})).scalars()))
            rows = (await conn.execute(_DISMISS, said)).mappings().all()
            told = telling.decided([row for row in rows if row["was_open"]], act.at)
            await enqueue(conn, told, source="followup")
        return bool(rows)

    async def _rows(self, query: Select[Any]) -> list[Any]:
        async with self._database.reading() as conn:
            return list((await conn.execute(query)).mappings())


def _filtered(query: Select[Any], wanted: HeldFilter) -> Select[Any]:
    query = query.where(_in_state(wanted))
    for column, value in (
        (commands.c.code, wanted.code),
        (commands.c.door, wanted.door),
        (follow_ups.c.campaign_id, wanted.campaign_id),
        (commands.c.follow_up_id, wanted.follow_up_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.received_before is not None:
        query = query.where(commands.c.received_at < wanted.received_before)
    if wanted.after is not None:
        query = query.where(commands.c.seq < wanted.after)
    return query.order_by(commands.c.seq.desc()).limit(wanted.limit)


def _in_state(wanted: HeldFilter) -> ColumnElement[bool]:
    if wanted.dismissed:
        return _DISMISSED
    match wanted.state:
        case "refused":
            return _REFUSED
        case "parked":
            return _PARKED
        case "waiting":
            return _WAITING
        case _:
            return sa.or_(_REFUSED, commands.c.verdict.is_(None))
