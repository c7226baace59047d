"""Reconciliations and what they found, in PostgreSQL."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from services.reporting.ports.reconciling import Found, Outcome, Part, Reconciliation
from services.reporting.store import measures
from shared.runtime.database import Database

_KEPT = 100
"""Reconciliations; the older ones are forgotten, with what they found and the checks of their time."""
_COLUMNS = """number, asked_by, asked_at, part, reached, resume_at, follow_ups, executions, unsure, counters_at,
    counters, problem, ended_at"""
_BEGIN = text("""
    insert into reconciliations (asked_by, asked_at, scheduled_on, part) values (:asked_by, :now, :scheduled_on, :part)
    on conflict do nothing returning number
""")
_UNDER_WAY = text("select number from reconciliations where ended_at is null")
_CLAIM = text(f"""
    update reconciliations set leased_until = :until
    where number = (
        select number from reconciliations
        where ended_at is null and (leased_until is null or leased_until < :now)
          and (resume_at is null or resume_at <= :now)
        for update skip locked)
    returning {_COLUMNS}
""")  # noqa: S608  constants
_ADVANCE = text("""
    update reconciliations set part = :part, reached = :reached, resume_at = :resume_at, leased_until = null,
        follow_ups = :follow_ups, executions = :executions, unsure = :unsure, counters_at = :counters_at,
        problem = :problem
    where number = :number and part = :part_before and reached is not distinct from :reached_before
        and ended_at is null
""")
_SUSPECT = text("""
    insert into reconciliation_differences (number, kind, follow_up_id, campaign_id, outcome, details)
    select :number, kind, follow_up_id, campaign_id, 'suspected', details
    from jsonb_to_recordset(cast(:suspects as jsonb))
        as suspect (kind text, follow_up_id uuid, campaign_id uuid, details jsonb)
    on conflict do nothing
""")
_DIFFERENCES = """
    select id, kind, follow_up_id, campaign_id, outcome, details, reason from reconciliation_differences
"""
_SUSPECTED = text(
    f"{_DIFFERENCES} where number = :number and outcome in ('suspected', 'found') order by id limit :limit"
)
_PAGE = text(f"""
    {_DIFFERENCES} where number = :number and outcome <> 'suspected' and id > :after
        and kind = coalesce(cast(:kind as text), kind)
    order by id limit :limit
""")
_SETTLE = text("""
    update reconciliation_differences set outcome = :outcome, reason = :reason where id = :id and outcome <> :outcome
""")
_NO_DIFFERENCE = text("delete from reconciliation_differences where id = :id")
_COUNTERS = text("""
    select bool_or(ended_at is null) as running, coalesce(sum(differences), 0) as found from checks
    where asked_at >= :since
""")
_END = text("""
    update reconciliations set ended_at = :now, counters = :counters, leased_until = null, problem = null
    where number = :number and ended_at is null
""")
_FORGET = (
    text("delete from reconciliation_differences where number <= :oldest"),
    text("""delete from checks where ended_at is not null
        and asked_at < (select max(asked_at) from reconciliations where number <= :oldest)"""),
    text("delete from reconciliations where number <= :oldest"),
)
_SHOWN = f"""
    select {_COLUMNS},
        (select coalesce(jsonb_object_agg(kind, found), '{{}}') from (
            select kind, count(*) as found from reconciliation_differences d
            where d.number = r.number and outcome <> 'suspected' group by kind) as kinds) as differences,
        (select count(*) from reconciliation_differences d where d.number = r.number and outcome = 'open') as open
    from reconciliations r
"""  # noqa: S608  constants
_LATEST = text(f"{_SHOWN} order by number desc limit :limit")
_ONE = text(f"{_SHOWN} where number = :number")


class PostgresReconciliations:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, asked_by: str, now: datetime, *, scheduled_on: date | None = None) -> int | None:
        """See the port."""
        wanted = {"asked_by": asked_by, "now": now, "scheduled_on": scheduled_on, "part": Part.FACTS}
        async with self._database.transaction() as connection:
            begun = (await connection.execute(_BEGIN, wanted)).scalar_one_or_none()
            if begun is not None or scheduled_on is not None:
                return None if begun is None else int(begun)
            # One that ended a moment ago is as good an answer as the one under way.
            under_way = (await connection.execute(_UNDER_WAY)).scalar_one_or_none()
        return await self.ask(asked_by, now) if under_way is None else int(under_way)

    async def claim(self, now: datetime, until: datetime) -> Reconciliation | None:
        """See the port."""
        async with self._database.transaction() as connection:
            row = (await connection.execute(_CLAIM, {"now": now, "until": until})).one_or_none()
        return None if row is None else _run(row)

    async def advance(self, before: Reconciliation, after: Reconciliation, suspects: Sequence[Found] = ()) -> None:
        """See the port."""
        moved = {name: getattr(after, name) for name in _MOVED} | {
            "part_before": before.part,
            "reached_before": before.reached,
        }
        async with self._database.transaction() as connection:
            if (await connection.execute(_ADVANCE, moved)).rowcount and suspects:
                told = json.dumps([_told(found) for found in suspects])
                await connection.execute(_SUSPECT, {"number": before.number, "suspects": told})

    async def suspected(self, number: int, limit: int) -> Sequence[Found]:
        """See the port."""
        async with self._database.reading() as connection:
            rows = await connection.execute(_SUSPECTED, {"number": number, "limit": limit})
            return [_found(row) for row in rows]

    async def settle(self, found: Found, outcome: Outcome | None, reason: str | None = None) -> None:
        """See the port; a difference is counted when it is first said to be one."""
        async with self._database.transaction() as connection:
            if outcome is None:
                await connection.execute(_NO_DIFFERENCE, {"id": found.id})
                return
            settled = {"id": found.id, "outcome": outcome, "reason": reason}
            changed = (await connection.execute(_SETTLE, settled)).rowcount
        if changed and outcome is Outcome.FOUND:
            measures.DIFFERENCES.labels(found.kind).inc()
        elif changed and outcome is Outcome.REPAIRED:
            measures.REPAIRED.labels(found.kind).inc()

    async def counters(self, since: datetime) -> int | None:
        """See the port."""
        async with self._database.reading() as connection:
            row = (await connection.execute(_COUNTERS, {"since": since})).one()
        return None if row.running else int(row.found)

    async def end(self, before: Reconciliation, counters: int, now: datetime) -> None:
        """See the port."""
        async with self._database.transaction() as connection:
            await connection.execute(_END, {"number": before.number, "counters": counters, "now": now})
            for statement in _FORGET:
                await connection.execute(statement, {"oldest": before.number - _KEPT})
        measures.RECONCILED_AT.set(now.timestamp())

    async def latest(self, limit: int) -> Sequence[Reconciliation]:
        """See the port."""
        async with self._database.reading() as connection:
            return [_shown(row) for row in await connection.execute(_LATEST, {"limit": limit})]

    async def get(self, number: int) -> Reconciliation | None:
        """See the port."""
        async with self._database.reading() as connection:
            row = (await connection.execute(_ONE, {"number": number})).one_or_none()
        return None if row is None else _shown(row)

    async def differences(self, number: int, *, after: int, limit: int, kind: str | None) -> Sequence[Found]:
        """See the port."""
        wanted = {"number": number, "after": after, "limit": limit, "kind": kind}
        async with self._database.reading() as connection:
            return [_found(row) for row in await connection.execute(_PAGE, wanted)]


_MOVED = (
    "number",
    "part",
    "reached",
    "resume_at",
    "follow_ups",
    "executions",
    "unsure",
    "counters_at",
    "problem",
)


def _run(row: Any) -> Reconciliation:
    names = [name.strip() for name in _COLUMNS.split(",")]
    return Reconciliation(**{name: getattr(row, name) for name in names} | {"part": Part(row.part)})


def _shown(row: Any) -> Reconciliation:
    names = [name.strip() for name in _COLUMNS.split(",")]
    return Reconciliation(
        **{name: getattr(row, name) for name in names} | {"part": Part(row.part)},
        differences=row.differences,
        open=row.open,
    )


def _found(row: Any) -> Found:
    return Found(
        id=row.id,
        kind=row.kind,
        follow_up_id=str(row.follow_up_id),
        campaign_id=None if row.campaign_id is None else str(row.campaign_id),
        details=row.details,
        outcome=Outcome(row.outcome),
        reason=row.reason,
    )


def _told(found: Found) -> dict[str, object]:
    return {
        "kind": found.kind,
        "follow_up_id": found.follow_up_id,
        "campaign_id": found.campaign_id,
        "details": dict(found.details),
    }
