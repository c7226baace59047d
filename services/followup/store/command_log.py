"""The command log: rules 1, 2 and 10 of the write path (docs/architecture.md)."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.ports import Admission, KeptSignal, Leased, NewCommand, Outcome, Recorded, Verdict, VerdictKind
from services.followup.store.recording import record, verdict_of
from services.followup.store.rows import STEP_BEING_REMOVED, Locked, Plans, circumstances_of, claim, lock
from shared.contracts.commands import command_to_wire
from shared.rulebook.access import in_reach
from shared.rulebook.errors import NotVisible, Refused
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.identifiers import uuid7

_COLUMNS = (
    ("command_id", "uuid"),
    ("source", "text"),
    ("source_id", "text"),
    ("content", "text"),
    ("follow_up_id", "uuid"),
    ("body", "jsonb"),
    ("note", "text"),
    ("door", "text"),
    ("actor", "text"),
    ("occurred_at", "timestamptz"),
    ("received_at", "timestamptz"),
    ("park_until", "timestamptz"),
    ("parked", "boolean"),
    ("code", "text"),
)
_NAMES = ", ".join(name for name, _ in _COLUMNS)
# The first new command of a follow-up in this batch is leased at once unless an older one is undecided.
_INSERT = sa.text(
    f"""
    insert into commands ({_NAMES}, leased_until, attempts)
    select {", ".join(f"cast(n.{name} as {kind})" for name, kind in _COLUMNS)},
           case when n.turn then cast(:lease as timestamptz) end, case when n.turn then 1 else 0 end
    from (
        select w.*, w.parked = 'False' and e.command_id is null
               and row_number() over (partition by w.follow_up_id order by e.command_id is not null, w.place) = 1
               and not exists (
                   select 1 from commands u
                   where u.follow_up_id = cast(w.follow_up_id as uuid) and u.verdict is null and not u.parked
               ) as turn
        from rows from (
            jsonb_to_recordset(cast(:rows as jsonb))
                as ({", ".join(f"{name} {'jsonb' if kind == 'jsonb' else 'text'}" for name, kind in _COLUMNS)})
        ) with ordinality as w({_NAMES}, place)
        left join commands e on e.source = w.source and e.source_id = w.source_id
    ) n
    order by n.place
    on conflict (source, source_id) do nothing
    returning command_id::text, leased_until is not null
    """  # noqa: S608  column names of our own
)
_KEEP = sa.text(
    """
    insert into commands (command_id, source, source_id, content, follow_up_id, body, door, actor, occurred_at,
                          received_at, verdict, code, data, decided_at)
    values (:command_id, 'direct', :source_id, '', :follow_up_id, cast(:body as jsonb), 'direct', 'crm', :received_at,
            :received_at, 'refused', :code, cast(:data as jsonb), :received_at)
    on conflict (source, source_id) do nothing
    """
)
_EARLIER = sa.text(
    """
    select command_id::text, source, source_id, content, follow_up_id::text, verdict, parked, number, code, data
    from commands
    where (source, source_id) in (select * from unnest(cast(:sources as text[]), cast(:source_ids as text[])))
    """
)
_BY_SOURCE = sa.text(
    """
    select command_id::text, source_id, follow_up_id::text, verdict, parked, number, code, data
    from commands where source = :source and source_id = any(cast(:source_ids as text[]))
    """
)
_BY_ID = sa.text(
    """
    select command_id::text, source_id, follow_up_id::text, verdict, parked, number, code, data
    from commands where command_id = :command_id
    """
)
_DUE = sa.text(
    """
    select follow_up_id::text from commands c
    where verdict is null and not parked and (leased_until is null or leased_until <= :now)
      and received_at < :settled
      and not exists (
          select 1 from commands older
          where older.follow_up_id = c.follow_up_id and older.verdict is null and not older.parked
            and older.seq < c.seq
      )
    order by leased_until nulls first, seq limit :limit
    """
)
_EXPIRE = sa.text(
    """
    update commands
    set verdict = 'refused', decided_at = :now, parked = false,
        code = coalesce(code, case when exists (select 1 from follow_ups f where f.follow_up_id = commands.follow_up_id)
                                   then 'expired' else 'follow_up_unknown' end)
    where verdict is null and parked and park_until <= :now
    returning command_id::text, source_id, follow_up_id::text, verdict, parked, number, code, data
    """
)


class PostgresCommandLog:
    """The log in PostgreSQL, one transaction per call."""

    def __init__(
        self, database: Database, clock: Clock, *, lease: timedelta, written: Callable[[], None] = lambda: None
    ) -> None:
        """`written` is called after facts were committed, so that they leave at once."""
        self._written = written
        self._database = database
        self._clock = clock
        self._lease = lease
        self._plans = Plans()

    async def admit(self, commands: Sequence[NewCommand]) -> Sequence[Admission]:
        """See the port. A person's command on a step being removed, or out of reach, is not written down."""
        async with self._database.transaction() as conn:
            locked = await lock(conn, self._plans, [command.follow_up_id for command in commands])
            refused = {
                command.command_id: _objection(command, locked.get(command.follow_up_id)) for command in commands
            }
            wanted = [command for command in commands if refused[command.command_id] is None]
            until = self._clock.now() + self._lease
            written = await self._write_down(conn, wanted, locked, until)
            earlier = await self._earlier(conn, [command for command in wanted if command.command_id not in written])
        return [
            refused[command.command_id]
            or (self._leased(command, locked, until) if written.get(command.command_id) else None)
            or _answer(command, earlier, parked=_parked_for(command, locked.get(command.follow_up_id)))
            for command in commands
        ]

    async def record(self, outcomes: Sequence[Outcome]) -> Sequence[Recorded]:
        """See the port."""
        async with self._database.transaction() as conn:
            recorded = await record(conn, self._plans, self._clock, outcomes, self._lease)
        self._written()
        return recorded

    async def claim_due(self, limit: int) -> Sequence[Leased]:
        """See the port. What came in within the last moment is left to the process that took it."""
        now = self._clock.now()
        due = {"now": now, "settled": now - timedelta(seconds=1), "limit": limit}
        async with self._database.transaction() as conn:
            follow_up_ids = (await conn.execute(_DUE, due)).scalars().all()
            if not follow_up_ids:
                return ()
            locked = await lock(conn, self._plans, follow_up_ids)
            known = {key: value.known for key, value in locked.items()}
            return tuple((await claim(conn, self._clock, known, now + self._lease)).values())

    async def expire_parked(self) -> Sequence[Verdict]:
        """See the port."""
        async with self._database.transaction() as conn:
            rows = (await conn.execute(_EXPIRE, {"now": self._clock.now()})).mappings().all()
        return [verdict_of(row) for row in rows]

    async def keep(self, signals: Sequence[KeptSignal]) -> None:
        """See the port."""
        if not signals:
            return
        rows = [
            {
                "command_id": uuid7(),
                "source_id": signal.signal_key,
                "follow_up_id": signal.follow_up_id,
                "body": json.dumps({"command": "Unreadable", "name": signal.name, "payload": signal.payload}),
                "received_at": signal.received_at,
                "code": signal.code,
                "data": json.dumps(signal.data),
            }
            for signal in signals
        ]
        async with self._database.transaction() as conn:
            await conn.execute(_KEEP, rows)

    async def verdicts(self, source: str, source_ids: Sequence[str]) -> Sequence[Verdict]:
        """See the port."""
        async with self._database.reading() as conn:
            rows = await conn.execute(_BY_SOURCE, {"source": source, "source_ids": list(source_ids)})
            return [verdict_of(row) for row in rows.mappings()]

    async def verdict(self, command_id: str) -> Verdict | None:
        """See the port."""
        async with self._database.reading() as conn:
            row = (await conn.execute(_BY_ID, {"command_id": command_id})).mappings().one_or_none()
            return None if row is None else verdict_of(row)

    async def _write_down(
        self, conn: AsyncConnection, commands: Sequence[NewCommand], locked: dict[str, Locked], until: datetime
    ) -> dict[str, bool]:
        """The commands now written down, and whether each is leased."""
        if not commands:
            return {}
        rows = [_row(command, _parked_for(command, locked.get(command.follow_up_id))) for command in commands]
        parameters = {"rows": json.dumps(rows), "lease": until}
        return {row[0]: row[1] for row in (await conn.execute(_INSERT, parameters)).all()}

    def _leased(self, command: NewCommand, locked: dict[str, Locked], until: datetime) -> Leased:
        return Leased(
            command_id=command.command_id,
            source_id=command.source_id,
            command=command.command,
            circumstances=circumstances_of(self._clock, command.occurred_at, command.actor),
            door=command.door,
            occurred_at=command.occurred_at,
            received_at=command.received_at,
            park_until=command.park_until,
            leased_until=until,
            follow_up=locked[command.follow_up_id].known,
            attempt=1,
        )

    async def _earlier(self, conn: AsyncConnection, commands: Sequence[NewCommand]) -> dict[tuple[str, str], Any]:
        if not commands:
            return {}
        parameters = {
            "sources": [command.source for command in commands],
            "source_ids": [command.source_id for command in commands],
        }
        rows = (await conn.execute(_EARLIER, parameters)).mappings().all()
        return {(row["source"], row["source_id"]): row for row in rows}


def _objection(command: NewCommand, locked: Locked | None) -> Exception | None:
    """Why a command is not even written down; a CRM's signal always is, so that it is never lost."""
    if locked is None:
        return None if command.park_until is not None else NotVisible("follow_up_unknown")
    principal = command.principal
    if principal is None:
        return None
    if not in_reach(principal, locked.advisor_id, locked.unit_path):
        return NotVisible("follow_up_unknown")
    if _is_reserved(command, locked):
        return Refused(STEP_BEING_REMOVED, {"step": getattr(command.command, "step_id", None)})
    return None


def _parked_for(command: NewCommand, locked: Locked | None) -> str | None:
    """Why a command is parked as it is written down; None for one that is sent when its turn comes."""
    if locked is None:
        return "follow_up_unknown"
    # Whether the step stays is being decided: a signal on it waits for that, since a signal is never turned away.
    return STEP_BEING_REMOVED if command.park_until is not None and _is_reserved(command, locked) else None


def _is_reserved(command: NewCommand, locked: Locked) -> bool:
    return locked.reserved_whole or getattr(command.command, "step_id", None) in locked.reserved_steps


def _answer(command: NewCommand, earlier: dict[tuple[str, str], Any], *, parked: str | None) -> Admission:
    row = earlier.get((command.source, command.source_id))
    if row is None:
        kind: VerdictKind = "pending" if parked is None else "parked"
        return Verdict(command.command_id, command.source_id, kind, command.follow_up_id, code=parked)
    if row["content"] != command.content:
        return Refused("id_reused", {"id": command.source_id})
    return verdict_of(row, repeated=True)


def _row(command: NewCommand, parked: str | None) -> dict[str, Any]:
    return {
        "command_id": command.command_id,
        "source": command.source,
        "source_id": command.source_id,
        "content": command.content,
        "follow_up_id": command.follow_up_id,
        "body": command_to_wire(command.command),
        "note": command.note,
        "door": command.door,
        "actor": command.actor,
        "occurred_at": command.occurred_at.isoformat(),
        "received_at": command.received_at.isoformat(),
        "park_until": command.park_until and command.park_until.isoformat(),
        "parked": str(parked is not None),
        "code": parked,
    }
