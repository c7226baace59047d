"""Recording what the engine answered, each fact and each verdict once: rule 6 of the write path."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.ports import Known, Leased, Outcome, Recorded, Verdict
from services.followup.store.rows import STATE, Plans, claim, lock
from shared.contracts.followup import FactRecorded
from shared.contracts.workflow import NumberedFact
from shared.rulebook.decisions import apply, early
from shared.rulebook.follow_up import Fact
from shared.runtime import metrics
from shared.runtime.clock import Clock
from shared.runtime.logging import logger
from shared.runtime.outbox import enqueue

_FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
_log = logger(__name__)

# One statement, since each costs more than what it does: under load this is the hot path. It runs after the rows of
# the follow-ups were locked, so that it sees every command written down for them.
_WRITE = sa.text(
    """
    with fact as (
        select * from jsonb_to_recordset(cast(:facts as jsonb))
            as n(follow_up_id uuid, number int, command_id uuid, event jsonb)
    ), changed as (
        select * from jsonb_to_recordset(cast(:changed as jsonb)) as n(follow_up_id uuid, state jsonb, version int)
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
            known_version = n.version, started = true
        from changed n
        where f.follow_up_id = n.follow_up_id
    ), freed as (
        update commands c set parked = false
        from changed n
        where c.follow_up_id = n.follow_up_id and c.verdict is null and c.parked
          and c.command_id not in (select command_id from decision)
    ), decided as (
        update commands c
        set verdict = n.verdict, code = n.code, data = n.data, number = n.number, parked = n.parked,
            decided_at = case when n.verdict is not null then cast(:now as timestamptz) end, leased_until = null
        from decision n
        where c.command_id = n.command_id and c.verdict is null
        returning c.command_id, c.source_id, c.follow_up_id, c.verdict, c.parked, c.number, c.code, c.data
    )
    select d.command_id::text, d.source_id, d.follow_up_id::text, d.verdict, d.parked, d.number, d.code, d.data,
           exists (
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
           door, actor, occurred_at, received_at
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


@dataclass(slots=True)
class _Decision:
    """What a command's row is to say."""

    command_id: str
    verdict: str | None
    code: str | None = None
    data: dict[str, Any] | None = None
    number: int | None = None
    parked: bool = False


@dataclass(slots=True)
class _Batch:
    """What one transaction is about to write."""

    known: dict[str, Known]
    origins: dict[str, Any]
    events: list[FactRecorded] = field(default_factory=list)
    decisions: dict[str, _Decision] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    incidents: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)


async def record(
    conn: AsyncConnection, plans: Plans, clock: Clock, outcomes: Sequence[Outcome], lease: timedelta
) -> list[Recorded]:
    """Write the outcomes; answers for each the verdicts of its facts and its command, and what comes next."""
    now = clock.now()
    locked = await lock(conn, plans, [outcome.leased.follow_up.follow_up_id for outcome in outcomes])
    batch = _Batch({key: value.known for key, value in locked.items()}, await _origins(conn, outcomes))
    held = await _held(conn, batch, outcomes)
    for outcome in outcomes:
        _fold(batch, outcome, held, now)
    verdicts, others = await _write(conn, batch, now)
    following = await claim(conn, clock, {one: batch.known[one] for one in others}, now + lease) if others else {}
    return [_recorded(batch, outcome, verdicts, following) for outcome in outcomes]


def _fold(batch: _Batch, outcome: Outcome, held: dict[tuple[str, int], tuple[str | None, Fact]], now: datetime) -> None:
    leased = outcome.leased
    follow_up_id = leased.follow_up.follow_up_id
    for numbered in outcome.facts:
        known = batch.known[follow_up_id]
        if numbered.number <= known.state.number:
            _compare(batch, follow_up_id, numbered, held.get((follow_up_id, numbered.number)))
        elif numbered.number == known.state.number + 1:
            _add(batch, known, numbered, now, version=leased.follow_up.plan.version)
        else:
            _incident(batch, follow_up_id, "gap", {"held": known.state.number, "received": numbered.number})
            return
    if outcome.refused is not None and leased.command_id not in batch.decisions:
        batch.decisions[leased.command_id] = _refusal(outcome, now)


def _add(batch: _Batch, known: Known, numbered: NumberedFact, now: datetime, *, version: int) -> None:
    origin = batch.origins.get(numbered.command_id)
    if origin is None:
        # The log was restored to a moment before this command, the engine was not: the fact stands all the same.
        _incident(batch, known.follow_up_id, "unknown_command", {"number": numbered.number})
        origin = _origin_unknown(numbered.fact, now)
    after = apply(known.state, numbered.fact)
    batch.known[known.follow_up_id] = replace(known, state=after, known_version=version, started=True)
    batch.changed.add(known.follow_up_id)
    batch.decisions[numbered.command_id] = _Decision(numbered.command_id, "applied", number=numbered.number)
    batch.events.append(
        FactRecorded(
            follow_up_id=known.follow_up_id,
            campaign_id=known.campaign_id,
            client_id=known.client_id,
            number=numbered.number,
            fact=numbered.fact,
            after=after,
            occurred_at=origin["occurred_at"],
            received_at=origin["received_at"],
            recorded_at=now,
            door=origin["door"],
            actor=origin["actor"],
            command_id=numbered.command_id,
        )
    )


def _compare(batch: _Batch, follow_up_id: str, numbered: NumberedFact, held: tuple[str | None, Fact] | None) -> None:
    """A number that is held already: the same fact is a repetition, another one is an incident."""
    if held == (numbered.command_id, numbered.fact):
        batch.decisions[numbered.command_id] = _Decision(numbered.command_id, "applied", number=numbered.number)
    elif (follow_up_id, numbered.number) not in {(event.follow_up_id, event.number) for event in batch.events}:
        _incident(batch, follow_up_id, "other_content", {"number": numbered.number, "command": numbered.command_id})


def _refusal(outcome: Outcome, now: datetime) -> _Decision:
    leased = outcome.leased
    parks = early(outcome.refused or "") and leased.park_until is not None and leased.park_until > now
    verdict = None if parks else "refused"
    return _Decision(leased.command_id, verdict, code=outcome.refused, data=outcome.data, parked=parks)


def _incident(batch: _Batch, follow_up_id: str, kind: str, data: dict[str, Any]) -> None:
    metrics.INCIDENTS.labels(kind).inc()
    _log.error("incident", kind=kind, follow_up_id=follow_up_id, **data)
    batch.incidents.append((follow_up_id, kind, data))


async def _origins(conn: AsyncConnection, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Where the commands behind the facts came from; mostly the leased ones, which are known."""
    origins: dict[str, Any] = {outcome.leased.command_id: _origin(outcome.leased) for outcome in outcomes}
    others = [fact.command_id for outcome in outcomes for fact in outcome.facts if fact.command_id not in origins]
    if others:
        rows = (await conn.execute(_COMMANDS, {"ids": others})).mappings().all()
        origins.update({row["command_id"]: row for row in rows})
    return origins


def _origin(leased: Leased) -> dict[str, Any]:
    return {
        "occurred_at": leased.occurred_at,
        "received_at": leased.received_at,
        "door": leased.door,
        "actor": leased.circumstances.actor,
    }


def _origin_unknown(fact: Fact, now: datetime) -> dict[str, Any]:
    return {
        "occurred_at": datetime.combine(fact.on, time(), UTC),
        "received_at": now,
        "door": "system",
        "actor": "unknown",
    }


async def _held(
    conn: AsyncConnection, batch: _Batch, outcomes: Sequence[Outcome]
) -> dict[tuple[str, int], tuple[str | None, Fact]]:
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


async def _write(conn: AsyncConnection, batch: _Batch, now: datetime) -> tuple[dict[str, Verdict], set[str]]:
    """Write the batch; answers the verdicts, and the follow-ups that have more commands to decide."""
    for follow_up_id, kind, data in batch.incidents:
        await conn.execute(_INCIDENT, {"follow_up_id": follow_up_id, "kind": kind, "data": json.dumps(data)})
    if not batch.decisions:
        return {}, set(batch.known)
    parameters = {"now": now, "facts": _facts(batch), "changed": _changed(batch), "decisions": _decisions(batch)}
    rows = list((await conn.execute(_WRITE, parameters)).mappings())
    await enqueue(conn, batch.events, source="followup")
    verdicts = {row["command_id"]: verdict_of(row) for row in rows}
    others = {row["follow_up_id"] for row in rows if row["others"]}
    if before := [one for one in batch.decisions if one not in verdicts]:
        told = (await conn.execute(_COMMANDS, {"ids": before})).mappings().all()
        verdicts.update({row["command_id"]: verdict_of(row) for row in told})
        others = set(batch.known)
    return verdicts, others


def _facts(batch: _Batch) -> str:
    """JSON by pydantic: faster than lists that the driver turns into arrays."""
    return _json_list(
        f'{{"follow_up_id":"{event.follow_up_id}","number":{event.number},"command_id":"{event.command_id}",'
        f'"event":{event.model_dump_json(exclude_none=True)}}}'
        for event in batch.events
    )


def _changed(batch: _Batch) -> str:
    return _json_list(
        f'{{"follow_up_id":"{known.follow_up_id}","version":{known.known_version},'
        f'"state":{STATE.dump_json(known.state, exclude_none=True).decode()}}}'
        for known in (batch.known[follow_up_id] for follow_up_id in sorted(batch.changed))
    )


def _decisions(batch: _Batch) -> str:
    return json.dumps([asdict(decision) for decision in batch.decisions.values()])


def _json_list(items: Iterable[str]) -> str:
    return f"[{','.join(items)}]"


def _recorded(batch: _Batch, outcome: Outcome, verdicts: dict[str, Verdict], following: dict[str, Leased]) -> Recorded:
    ids = {outcome.leased.command_id, *(fact.command_id for fact in outcome.facts)}
    settled = tuple(verdicts[one] for one in sorted(ids) if one in verdicts)
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
