"""Letters in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.followup.ports import Addresses, LetterState, SentLetter
from services.followup.ports.letters import NotSent
from services.followup.tables import advisors, clients, follow_ups, letters
from shared.runtime.database import Database

_FIELDS = [letters.c[name] for name in SentLetter.__slots__]
_NOT_SENT = sa.literal_column("letters.state <> 'SENT'", sa.Boolean)
"""As the index says it; ids grow with time."""


class PostgresLetters:
    """See `ports.Letters`, one transaction per call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def addresses(self, follow_up_id: str) -> Addresses:
        """See the port."""
        query = (
            sa.select(clients.c.email.label("client_email"), advisors.c.email.label("advisor_email"))
            .select_from(
                follow_ups.outerjoin(clients, clients.c.client_id == follow_ups.c.client_id).outerjoin(
                    advisors, advisors.c.advisor_id == follow_ups.c.advisor_id
                )
            )
            .where(follow_ups.c.follow_up_id == follow_up_id)
        )
        async with self._database.reading() as conn:
            row = (await conn.execute(query)).mappings().one_or_none()
        return Addresses(client_email=None, advisor_email=None) if row is None else Addresses(**row)

    async def asked_before(self, source: str, source_id: str) -> SentLetter | None:
        """See the port."""
        same = sa.select(*_FIELDS).where(letters.c.source == source, letters.c.source_id == source_id)
        async with self._database.reading() as conn:
            row = (await conn.execute(same)).mappings().one_or_none()
        return None if row is None else _letter(row)

    async def keep(self, letter: SentLetter) -> SentLetter:
        """See the port."""
        row = insert(letters).values(asdict(letter)).on_conflict_do_nothing()
        same = sa.select(*_FIELDS).where(letters.c.source == letter.source, letters.c.source_id == letter.source_id)
        async with self._database.transaction() as conn:
            await conn.execute(row)
            return _letter((await conn.execute(same)).mappings().one())

    async def one(self, letter_id: str) -> SentLetter | None:
        """See the port."""
        async with self._database.reading() as conn:
            found = await conn.execute(sa.select(*_FIELDS).where(letters.c.letter_id == letter_id))
            row = found.mappings().one_or_none()
        return None if row is None else _letter(row)

    async def of_follow_up(self, follow_up_id: str, limit: int) -> Sequence[SentLetter]:
        """See the port."""
        query = sa.select(*_FIELDS).where(letters.c.follow_up_id == follow_up_id)
        query = query.order_by(letters.c.asked_at.desc(), letters.c.letter_id).limit(limit)
        async with self._database.reading() as conn:
            return [_letter(row) for row in (await conn.execute(query)).mappings()]

    async def not_sent(self, wanted: NotSent) -> Sequence[SentLetter]:
        """See the port."""
        query = sa.select(*_FIELDS).where(_NOT_SENT)
        if wanted.state is not None:
            query = query.where(letters.c.state == wanted.state)
        if wanted.after is not None:
            query = query.where(letters.c.letter_id < wanted.after)
        query = query.order_by(letters.c.letter_id.desc()).limit(wanted.limit)
        async with self._database.reading() as conn:
            return [_letter(row) for row in (await conn.execute(query)).mappings()]

    async def counts(self) -> Mapping[LetterState, int]:
        """See the port."""
        query = sa.select(letters.c.state, sa.func.count()).where(_NOT_SENT).group_by(letters.c.state)
        async with self._database.reading() as conn:
            found = {LetterState(state): number for state, number in await conn.execute(query)}
        return {state: found.get(state, 0) for state in (LetterState.WAITING, LetterState.FAILED)}

    async def settle(self, letter: SentLetter, state: LetterState, problem: str | None, at: datetime) -> None:
        """See the port."""
        change = _of(letter, LetterState.WAITING)
        values = {"state": state, "problem": problem, "settled_at": at, "attempts": letters.c.attempts + 1}
        async with self._database.transaction() as conn:
            await conn.execute(change.values(values))

    async def tried(self, letter: SentLetter, problem: str) -> None:
        """See the port."""
        change = _of(letter, LetterState.WAITING)
        async with self._database.transaction() as conn:
            await conn.execute(change.values(problem=problem, attempts=letters.c.attempts + 1))

    async def send_again(self, letter: SentLetter, recipient: str, *, by: str, at: datetime) -> None:
        """See the port."""
        again = {"state": LetterState.WAITING, "started": False, "sending": letters.c.sending + 1, "settled_at": None}
        async with self._database.transaction() as conn:
            change = _of(letter, LetterState.FAILED)
            await conn.execute(change.values(**again, recipient=recipient, again_by=by, again_at=at))

    async def not_started(self, limit: int) -> Sequence[tuple[str, int]]:
        """See the port."""
        query = sa.select(letters.c.letter_id, letters.c.sending).where(~letters.c.started)
        query = query.order_by(letters.c.asked_at).limit(limit)
        async with self._database.reading() as conn:
            return [(letter_id, sending) for letter_id, sending in await conn.execute(query)]

    async def mark_started(self, started: Sequence[tuple[str, int]]) -> None:
        """See the port."""
        which = sa.tuple_(letters.c.letter_id, letters.c.sending).in_(started)
        async with self._database.transaction() as conn:
            await conn.execute(sa.update(letters).where(which).values(started=True))


def _of(letter: SentLetter, state: LetterState) -> sa.Update:
    """A change of the letter while it is in this sending and state."""
    return sa.update(letters).where(
        letters.c.letter_id == letter.letter_id, letters.c.sending == letter.sending, letters.c.state == state
    )


def _letter(row: Any) -> SentLetter:
    return SentLetter(**{**row, "state": LetterState(row["state"])})
