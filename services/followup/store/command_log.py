"""The command log: rules 1, 2 and 10 of the write path (docs/architecture.md)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.ports import Admission, KeptSignal, Leased, NewCommand, Outcome, Recorded, Verdict
from services.followup.store import admitting, telling
from services.followup.store.calendars import Calendars
from services.followup.store.recording import record, verdict_of
from services.followup.store.rows import Locked, Plans, circumstances_of, claim, lock
from services.followup.use_cases.take_signals import CRM
from shared.rulebook.errors import Refused
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.outbox import enqueue

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
_HAS_FOLLOW_UP = "exists (select 1 from follow_ups f where f.follow_up_id = commands.follow_up_id)"
_FREE_IF_KNOWN = sa.text(
    f"""
    update commands set parked = false, code = null, data = null
    where command_id = any(cast(:ids as uuid[])) and verdict is null and parked and code = '{admitting.UNKNOWN}'
      and {_HAS_FOLLOW_UP}
    """  # noqa: S608  words of our own
)
_FREE_EXPIRING = sa.text(
    f"""
    update commands set parked = false, code = null, data = null
    where verdict is null and parked and park_until <= :now and code = '{admitting.UNKNOWN}' and {_HAS_FOLLOW_UP}
    """  # noqa: S608  words of our own
)
_EXPIRE = sa.text(
    """
    update commands
    set verdict = 'refused', decided_at = :now, parked = false, code = coalesce(code, 'expired')
    where command_id in (
        select command_id from commands where verdict is null and parked and park_until <= :now
        order by park_until limit 500 for update skip locked
    )
    returning command_id::text, source, source_id, follow_up_id::text, verdict, parked, number, code, data
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
        self._calendars = Calendars()

    async def admit(self, commands: Sequence[NewCommand]) -> Sequence[Admission]:
        """See the port. A person's command on a step being removed, or out of reach, is not written down."""
        now = self._clock.now()
        async with self._database.transaction() as conn:
            locked = await lock(conn, self._plans, [command.follow_up_id for command in commands])
            answers, written = await self._admit(conn, commands, locked, now + self._lease)
            told = list(telling.received(zip(commands, answers, strict=True), now))
            await enqueue(conn, told, source="followup")
        if told:
            self._written()
        # Its client may have been targeted while it was being parked: one of both transactions sees the other's rows.
        if unknown := [
            one.command_id for one in commands if one.command_id in written and one.follow_up_id not in locked
        ]:
            async with self._database.transaction() as conn:
                await conn.execute(_FREE_IF_KNOWN, {"ids": unknown})
        return answers

    async def record(self, outcomes: Sequence[Outcome]) -> Sequence[Recorded]:
        """See the port."""
        async with self._database.transaction() as conn:
            recorded = await record(conn, self._plans, self._clock, outcomes, self._lease, calendars=self._calendars)
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
        """See the port. One whose client came meanwhile is judged instead."""
        now = self._clock.now()
        async with self._database.transaction() as conn:
            await conn.execute(_FREE_EXPIRING, {"now": now})
            rows = (await conn.execute(_EXPIRE, {"now": now})).mappings().all()
            await enqueue(conn, telling.decided(rows, now), source="followup")
        if rows:
            self._written()
        return [verdict_of(row) for row in rows]

    async def keep(self, signals: Sequence[KeptSignal]) -> None:
        """See the port."""
        if signals:
            async with self._database.transaction() as conn:
                await admitting.keep(conn, signals)

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

    async def _admit(
        self, conn: AsyncConnection, commands: Sequence[NewCommand], locked: dict[str, Locked], until: datetime
    ) -> tuple[list[Admission], set[str]]:
        """The answers, and the ids of those now written down."""
        refused = {one.command_id: admitting.objection(one, locked.get(one.follow_up_id)) for one in commands}
        wanted = [command for command in commands if refused[command.command_id] is None]
        written = await admitting.write_down(conn, wanted, locked, until)
        earlier = await admitting.earlier_of(conn, [one for one in wanted if one.command_id not in written])
        answers = [
            refused[command.command_id]
            or (self._leased(command, locked, until) if written.get(command.command_id) else None)
            or admitting.answer_to(
                command,
                {} if command.command_id in written else earlier,  # which holds what this very call wrote, too
                parked=admitting.parked_for(command, locked.get(command.follow_up_id)),
            )
            for command in commands
        ]
        reused = [one for one, answer in zip(commands, answers, strict=True) if _reuses_an_id(one, answer)]
        await admitting.keep_reused(conn, reused)
        return answers, set(written)

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
            note=command.note,
            details=command.details,
        )


def _reuses_an_id(command: NewCommand, answer: Admission) -> bool:
    """A signal whose id stands for something else: kept all the same, as every signal is."""
    return command.source == CRM and isinstance(answer, Refused) and answer.code == "id_reused"
