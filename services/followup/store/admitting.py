"""Commands written down, once by (source, id), the first of each follow-up leased at once: rule 1 of the write path."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.ports import Admission, KeptSignal, NewCommand, Verdict, VerdictKind
from services.followup.store.recording import verdict_of
from services.followup.store.rows import STEP_BEING_REMOVED, Locked
from shared.contracts.commands import command_to_wire
from shared.rulebook.access import in_reach
from shared.rulebook.campaign import check_entry_date
from shared.rulebook.commands import MoveEntryDate
from shared.rulebook.errors import NotVisible, Refused, RuleBroken
from shared.rulebook.ids import client_id
from shared.runtime.identifiers import uuid7

UNKNOWN = "follow_up_unknown"
"""The code of a signal that is parked until its client is targeted."""
UNREADABLE = "Unreadable"
"""What stands for the command of a signal that asks for none."""
UNREAD = "unread"
"""The source of signals that came by NATS and cannot be read: their ids are those of the messages."""
REUSED = "reused"
"""The source of signals kept beside the one whose id they bear."""

_COLUMNS = (
    ("command_id", "uuid"),
    ("source", "text"),
    ("source_id", "text"),
    ("content", "text"),
    ("follow_up_id", "uuid"),
    ("client_id", "uuid"),
    ("body", "jsonb"),
    ("note", "text"),
    ("details", "jsonb"),
    ("door", "text"),
    ("actor", "text"),
    ("occurred_at", "timestamptz"),
    ("received_at", "timestamptz"),
    ("park_until", "timestamptz"),
    ("parked", "boolean"),
    ("code", "text"),
    ("data", "jsonb"),
)
_NAMES = ", ".join(name for name, _ in _COLUMNS)
# The first new command of a follow-up in this batch is leased at once unless an older one is undecided. Turns go by
# `seq`, numbered in the order in which commands came; the rows go in by their ids, so that two replicas that write the
# same ids down in opposite orders never wait for each other in a circle.
_INSERT = sa.text(
    f"""
    insert into commands (seq, {_NAMES}, leased_until, attempts)
    select n.seq, {", ".join(f"cast(n.{name} as {kind})" for name, kind in _COLUMNS)},
           case when n.turn then cast(:lease as timestamptz) end, case when n.turn then 1 else 0 end
    from (
        select w.*, w.parked = 'False' and e.command_id is null
               and row_number() over (partition by w.follow_up_id order by e.command_id is not null, w.place) = 1
               and not exists (
                   select 1 from commands u
                   where u.follow_up_id = cast(w.follow_up_id as uuid) and u.verdict is null and not u.parked
               ) as turn,
               nextval(pg_get_serial_sequence('commands', 'seq')) as seq
        from rows from (
            jsonb_to_recordset(cast(:rows as jsonb))
                as ({", ".join(f"{name} {'jsonb' if kind == 'jsonb' else 'text'}" for name, kind in _COLUMNS)})
        ) with ordinality as w({_NAMES}, place)
        left join commands e on e.source = w.source and e.source_id = w.source_id
        order by w.place
    ) n
    order by n.source, n.source_id, n.place
    on conflict (source, source_id) do nothing
    returning command_id::text, leased_until is not null
    """  # noqa: S608  column names of our own
)
_KEEP = sa.text(
    """
    insert into commands (command_id, source, source_id, content, follow_up_id, body, door, actor, occurred_at,
                          received_at, verdict, code, data, decided_at)
    values (:command_id, :source, :source_id, '', :follow_up_id, cast(:body as jsonb), :door, 'crm', :occurred_at,
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


async def write_down(
    conn: AsyncConnection, commands: Sequence[NewCommand], locked: dict[str, Locked], until: datetime
) -> dict[str, bool]:
    """The commands now written down, and whether each is leased."""
    if not commands:
        return {}
    rows = [_row(command, parked_for(command, locked.get(command.follow_up_id))) for command in commands]
    parameters = {"rows": json.dumps(rows), "lease": until}
    return {row[0]: row[1] for row in (await conn.execute(_INSERT, parameters)).all()}


async def keep(conn: AsyncConnection, signals: Sequence[KeptSignal]) -> None:
    """Write down what asks for no command, refused; the same signal twice is kept once."""
    rows = [
        {
            "command_id": uuid7(),
            "source": "direct" if signal.door == "direct" else UNREAD,
            "source_id": signal.signal_key,
            "follow_up_id": signal.follow_up_id,
            "body": json.dumps({"command": UNREADABLE, "name": signal.name, "payload": signal.payload}),
            "door": signal.door,
            "occurred_at": signal.received_at,
            "received_at": signal.received_at,
            "code": signal.code,
            "data": json.dumps(signal.data),
        }
        for signal in sorted(signals, key=lambda one: one.signal_key)
    ]
    if rows:
        await conn.execute(_KEEP, rows)


async def keep_reused(conn: AsyncConnection, commands: Sequence[NewCommand]) -> None:
    """Write down signals whose id stands for something else, beside it; the same content again is kept once."""
    rows = [
        {
            "command_id": uuid7(),
            "source": REUSED,
            "source_id": f"{command.source_id}~{command.content}",
            "follow_up_id": command.follow_up_id,
            "body": json.dumps(command_to_wire(command.command)),
            "door": command.door,
            "occurred_at": command.occurred_at,
            "received_at": command.received_at,
            "code": "id_reused",
            "data": json.dumps({"id": command.source_id}),
        }
        for command in sorted(commands, key=lambda one: (one.source_id, one.content))
    ]
    if rows:
        await conn.execute(_KEEP, rows)


async def earlier_of(conn: AsyncConnection, commands: Sequence[NewCommand]) -> dict[tuple[str, str], Any]:
    """What is written down under the same ids, whoever wrote it."""
    if not commands:
        return {}
    parameters = {
        "sources": [command.source for command in commands],
        "source_ids": [command.source_id for command in commands],
    }
    rows = (await conn.execute(_EARLIER, parameters)).mappings().all()
    return {(row["source"], row["source_id"]): row for row in rows}


def objection(command: NewCommand, locked: Locked | None) -> Exception | None:
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
    return _beyond_the_dates(command, locked)


def _beyond_the_dates(command: NewCommand, locked: Locked) -> Exception | None:
    """A new entry date outside the campaign's dates.

    It was asked for within them, but other dates were saved since, and those who wait were pulled in already. The lock
    on the campaign's row makes it one or the other: what is written down first is waited for by `to_settle`.
    """
    if isinstance(command.command, MoveEntryDate):
        try:
            check_entry_date(command.command.entry_date, *locked.dates)
        except RuleBroken as broken:
            return broken
    return None


def parked_for(command: NewCommand, locked: Locked | None) -> str | None:
    """Why a command is parked as it is written down; None for one that is sent when its turn comes."""
    if locked is None:
        return UNKNOWN
    # Whether the step stays is being decided: a signal on it waits for that, since a signal is never turned away.
    return STEP_BEING_REMOVED if command.park_until is not None and _is_reserved(command, locked) else None


def _is_reserved(command: NewCommand, locked: Locked) -> bool:
    return locked.reserved_whole or getattr(command.command, "step_id", None) in locked.reserved_steps


def answer_to(command: NewCommand, earlier: dict[tuple[str, str], Any], *, parked: str | None) -> Admission:
    """What its sender is told of a command that is not leased: it waits, or it was here before."""
    row = earlier.get((command.source, command.source_id))
    if row is None:
        kind: VerdictKind = "pending" if parked is None else "parked"
        return Verdict(
            command.command_id, command.source_id, kind, command.follow_up_id, code=parked, data=_said(command, parked)
        )
    if row["content"] != command.content:
        return Refused("id_reused", {"id": command.source_id})
    return verdict_of(row, repeated=True)


def _row(command: NewCommand, parked: str | None) -> dict[str, Any]:
    said = _said(command, parked)
    return {
        "command_id": command.command_id,
        "source": command.source,
        "source_id": command.source_id,
        "content": command.content,
        "follow_up_id": command.follow_up_id,
        "client_id": client_id(said["client"]) if said else None,
        "body": command_to_wire(command.command),
        "note": command.note,
        "details": command.details,
        "door": command.door,
        "actor": command.actor,
        "occurred_at": command.occurred_at.isoformat(),
        "received_at": command.received_at.isoformat(),
        "park_until": command.park_until and command.park_until.isoformat(),
        "parked": str(parked is not None),
        "code": parked,
        "data": said,
    }


def _said(command: NewCommand, parked: str | None) -> dict[str, Any] | None:
    """The references that named the follow-up, where nobody knows it yet."""
    return dict(command.named) if command.named and parked == UNKNOWN else None
