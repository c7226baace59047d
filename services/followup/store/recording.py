"""Recording what the engine answered, each fact and each verdict once: rule 6 of the write path."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.ports import Leased, Outcome, Recorded, Verdict
from services.followup.store.calendars import Calendars
from services.followup.store.due_dates import date_recorded
from services.followup.store.folding import Batch, Held, fold, judge_again, origin_of
from services.followup.store.rows import STATE, Plans, claim, lock
from services.followup.store.telling import decided
from services.followup.store.to_do import to_do_columns
from shared.rulebook.facts import Fact
from shared.runtime.clock import Clock
from shared.runtime.outbox import enqueue

_FACT: TypeAdapter[Fact] = TypeAdapter(Fact)

# One statement, since each costs more than what it does: under load this is the hot path. It runs after the rows of
# the follow-ups were locked, so that it sees every command written down for them.
_WRITE = sa.text(
    """
    with fact as (
        select * from jsonb_to_recordset(cast(:facts as jsonb))
            as n(follow_up_id uuid, number int, command_id uuid, event jsonb)
    ), changed as (
        select * from jsonb_to_recordset(cast(:changed as jsonb))
            as n(follow_up_id uuid, state jsonb, version int, offered_step text, offered_on date, concludes_since date)
    ), decision as (
        select * from jsonb_to_recordset(cast(:decisions as jsonb))
            as n(command_id uuid, verdict text, code text, data jsonb, number int, parked boolean)
    ), written as (
        insert into facts (follow_up_id, number, command_id, event, recorded_at)
        select follow_up_id, number, command_id, event, :now from fact
    ), updated as (
        update follow_ups f
        set state = n.state, number = (n.state ->> 'number')::int, closing = n.state ->> 'closing',
            advisor_id = case when n.state ->> 'closing' is null then (n.state ->> 'advisor_id')::uuid
                              else f.advisor_id end,
            entry_date = (n.state ->> 'entry_date')::date, potential = (n.state ->> 'potential')::numeric,
            known_version = n.version, started = true,
            offered_step = n.offered_step, offered_on = n.offered_on, concludes_since = n.concludes_since
        from changed n
        where f.follow_up_id = n.follow_up_id
    ), touched as (
        insert into interactions as i (follow_up_id, key, step_id, number, kind, state, details, fact_number)
        select n.follow_up_id, n.key, n.step_id, n.number, coalesce(n.kind, h.kind), coalesce(n.state, h.state, 'OPEN'),
               jsonb_strip_nulls(case when n.fresh or h.details is null then n.said else h.details || n.said end),
               n.fact_number
        from jsonb_to_recordset(cast(:touched as jsonb))
            as n(follow_up_id uuid, key text, step_id text, number int, kind text, state text, said jsonb,
                 fresh boolean, fact_number int)
        left join interactions h on h.follow_up_id = n.follow_up_id and h.key = n.key
        on conflict (follow_up_id, key) do update
        set kind = excluded.kind, state = excluded.state, details = excluded.details, fact_number = excluded.fact_number
    ), freed as (
        update commands c set parked = false
        from changed n
        where c.follow_up_id = n.follow_up_id and c.verdict is null and c.parked
          and c.code is distinct from 'step_being_removed'
          and c.command_id not in (select command_id from decision)
    ), decided as (
        update commands c
        set verdict = n.verdict, code = n.code, data = n.data, number = n.number, parked = n.parked,
            decided_at = case when n.verdict is not null then cast(:now as timestamptz) end, leased_until = null
        from decision n
        where c.command_id = n.command_id and c.verdict is null
        returning c.command_id, c.source, c.source_id, c.follow_up_id, c.verdict, c.parked, c.number, c.code, c.data
    )
    select d.command_id::text, d.source, d.source_id, d.follow_up_id::text, d.verdict, d.parked, d.number, d.code,
           d.data, exists (
               select 1 from commands u
               where u.follow_up_id = d.follow_up_id and u.verdict is null
                 and u.command_id not in (select command_id from decision)
           ) as others
    from decided d
    """
)
_COMMANDS = sa.text(
    """
    select command_id::text, source_id, follow_up_id::text, verdict, parked, number, code, data,
           door, actor, occurred_at, received_at, note, details
    from commands where command_id = any(cast(:ids as uuid[]))
    """
)
_HELD = sa.text(
    """
    select f.follow_up_id::text, f.number, f.command_id::text, (f.event -> 'fact')::text
    from facts f join unnest(cast(:ids as uuid[]), cast(:numbers as int[])) as n(id, number)
      on f.follow_up_id = n.id and f.number = n.number
    """
)
_INCIDENT = sa.text(
    "insert into incidents (follow_up_id, kind, data) values (:follow_up_id, :kind, cast(:data as jsonb))"
)


async def record(
    conn: AsyncConnection,
    plans: Plans,
    clock: Clock,
    outcomes: Sequence[Outcome],
    lease: timedelta,
    *,
    calendars: Calendars,
) -> list[Recorded]:
    """Write the outcomes; answers for each the verdicts of its facts and its command, and what comes next."""
    now = clock.now()
    locked = await lock(conn, plans, [outcome.leased.follow_up.follow_up_id for outcome in outcomes])
    batch = Batch({key: value.known for key, value in locked.items()}, await _origins(conn, outcomes))
    held = await _held(conn, batch, outcomes)
    for outcome in outcomes:
        fold(batch, outcome, held, now)
    for outcome in outcomes:
        judge_again(batch, outcome)
    verdicts, others = await _write(conn, batch, now)
    plans_now = {known.campaign_id: known.plan for known in batch.known.values()}
    await date_recorded(conn, calendars, clock.today(), batch.events, plans_now)
    following = await claim(conn, clock, {one: batch.known[one] for one in others}, now + lease) if others else {}
    return [_recorded(batch, outcome, verdicts, following) for outcome in outcomes]


async def _origins(conn: AsyncConnection, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Where the commands behind the facts came from; mostly the leased ones, which are known."""
    origins: dict[str, Any] = {outcome.leased.command_id: origin_of(outcome.leased) for outcome in outcomes}
    others = [fact.command_id for outcome in outcomes for fact in outcome.facts if fact.command_id not in origins]
    if others:
        rows = (await conn.execute(_COMMANDS, {"ids": others})).mappings().all()
        origins.update({row["command_id"]: row for row in rows})
    return origins


async def _held(conn: AsyncConnection, batch: Batch, outcomes: Sequence[Outcome]) -> Held:
    """The facts held under numbers that came again; mostly none."""
    again = [
        (outcome.leased.follow_up.follow_up_id, fact.number)
        for outcome in outcomes
        for fact in outcome.facts
        if fact.number <= batch.known[outcome.leased.follow_up.follow_up_id].state.number
    ]
    if not again:
        return {}
    rows = await conn.execute(_HELD, {"ids": [one for one, _ in again], "numbers": [number for _, number in again]})
    return {(row[0], row[1]): (row[2], _FACT.validate_json(row[3])) for row in rows}


async def _write(conn: AsyncConnection, batch: Batch, now: datetime) -> tuple[dict[str, Verdict], set[str]]:
    """Write the batch; answers the verdicts, and the follow-ups that have more commands to decide."""
    for follow_up_id, kind, data in batch.incidents:
        await conn.execute(_INCIDENT, {"follow_up_id": follow_up_id, "kind": kind, "data": json.dumps(data)})
    if not batch.decisions:
        return {}, set(batch.known)
    parameters = {
        "now": now,
        "facts": _facts(batch),
        "changed": _changed(batch),
        "touched": _touched(batch),
        "decisions": _decisions(batch),
    }
    rows = list((await conn.execute(_WRITE, parameters)).mappings())
    await enqueue(conn, [*batch.events, *decided(rows, now)], source="followup")
    verdicts = {row["command_id"]: verdict_of(row) for row in rows}
    others = {row["follow_up_id"] for row in rows if row["others"]}
    if before := [one for one in batch.decisions if one not in verdicts]:
        told = (await conn.execute(_COMMANDS, {"ids": before})).mappings().all()
        verdicts.update({row["command_id"]: verdict_of(row) for row in told})
        others = set(batch.known)
    return verdicts, others


def _facts(batch: Batch) -> str:
    """JSON by pydantic: faster than lists that the driver turns into arrays."""
    return _json_list(
        f'{{"follow_up_id":"{event.follow_up_id}","number":{event.number},"command_id":"{event.command_id}",'
        f'"event":{event.model_dump_json(exclude_none=True)}}}'
        for event in batch.events
    )


def _changed(batch: Batch) -> str:
    return _json_list(
        f'{{"follow_up_id":"{known.follow_up_id}","version":{known.known_version},'
        f'"state":{STATE.dump_json(known.state, exclude_none=True).decode()},'
        f"{json.dumps(to_do_columns(known.state, known.plan))[1:]}"
        for known in (batch.known[follow_up_id] for follow_up_id in sorted(batch.changed))
    )


def _touched(batch: Batch) -> str:
    """One row per interaction, in the order of keys."""
    return json.dumps([{"key": key, **asdict(touch)} for (_, key), touch in sorted(batch.touches.items())])


def _decisions(batch: Batch) -> str:
    return json.dumps([asdict(decision) for decision in batch.decisions.values()])


def _json_list(items: Iterable[str]) -> str:
    return f"[{','.join(items)}]"


def _recorded(batch: Batch, outcome: Outcome, verdicts: dict[str, Verdict], following: dict[str, Leased]) -> Recorded:
    ids = {outcome.leased.command_id, *(fact.command_id for fact in outcome.facts)}
    settled = tuple(verdicts[one] for one in sorted(ids) if one in verdicts and verdicts[one].kind != "pending")
    follow_up_id = outcome.leased.follow_up.follow_up_id
    return Recorded(settled, following.pop(follow_up_id, None), batch.known[follow_up_id])


def verdict_of(row: Any, *, repeated: bool = False) -> Verdict:
    """The verdict that a command's row states."""
    return Verdict(
        command_id=row["command_id"],
        source_id=row["source_id"],
        kind=row["verdict"] or ("parked" if row["parked"] else "pending"),
        follow_up_id=row["follow_up_id"],
        number=row["number"],
        code=row["code"],
        data=row["data"],
        repeated=repeated,
    )
