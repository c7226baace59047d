"""The notices of one reader."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, exists, func, select, tuple_, update

from services.notification.ports import ClientCursor, ClientToContact, Notice, NoticeCursor, Pushed
from services.notification.store.reach import in_reach
from services.notification.store.streams import push
from services.notification.tables import campaigns, clients, follow_ups, notices
from shared.rulebook.access import Principal
from shared.runtime.database import Database


class StoredNotices:
    """`ports.Notices` on PostgreSQL, one transaction per call."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, reader: Principal, today: date, after: NoticeCursor | None, limit: int) -> Sequence[Notice]:
        """Newest first."""
        newest = (notices.c.renewed_at, notices.c.notice_id)
        statement = _mine(reader, today).order_by(*(column.desc() for column in newest)).limit(limit)
        if after is not None:
            statement = statement.where(
                tuple_(*newest) < tuple_(after.renewed_at, after.notice_id, types=[c.type for c in newest])
            )
        async with self._database.reading() as connection:
            return [Notice(**row) for row in (await connection.execute(statement)).mappings()]

    async def unread(self, reader: Principal, today: date, limit: int) -> Sequence[Notice]:
        """The newest of those unread."""
        newest = (notices.c.renewed_at.desc(), notices.c.notice_id.desc())
        statement = _mine(reader, today).where(notices.c.unread).order_by(*newest).limit(limit)
        async with self._database.reading() as connection:
            return [Notice(**row) for row in (await connection.execute(statement)).mappings()]

    async def find(self, reader: Principal, notice_id: str, today: date) -> Notice | None:
        """The reader's notice, or None."""
        async with self._database.reading() as connection:
            rows = await connection.execute(_mine(reader, today).where(notices.c.notice_id == notice_id))
            row = rows.mappings().one_or_none()
        return None if row is None else Notice(**row)

    async def clients(
        self, reader: Principal, notice: Notice, today: date, after: ClientCursor | None, limit: int
    ) -> Sequence[ClientToContact]:
        """The clients to contact within reach, by potential, the highest first."""
        statement = (
            select(
                follow_ups.c.follow_up_id,
                follow_ups.c.client_id,
                func.nullif(clients.c.name, "").label("name"),
                clients.c.phone,
                follow_ups.c.potential,
                follow_ups.c.entry_date,
                follow_ups.c.contacted,
            )
            .select_from(follow_ups.outerjoin(clients, clients.c.client_id == follow_ups.c.client_id))
            .where(
                follow_ups.c.campaign_id == notice.campaign_id,
                follow_ups.c.advisor_id == reader.user_id,
                _to_contact(reader, today),
            )
            .order_by(follow_ups.c.potential.desc(), follow_ups.c.follow_up_id)
            .limit(limit)
        )
        if after is not None:
            statement = statement.where(
                (follow_ups.c.potential < after.potential)
                | ((follow_ups.c.potential == after.potential) & (follow_ups.c.follow_up_id > after.follow_up_id))
            )
        async with self._database.reading() as connection:
            return [ClientToContact(**row) for row in (await connection.execute(statement)).mappings()]

    async def mark_read(self, reader: Principal, notice_id: str, revision: int | None, now: datetime) -> None:
        """Read as far as `revision`: a notice that has gained clients since stays unread."""
        statement = _one(reader, notice_id).where(notices.c.unread).values(unread=False, news=0)
        if revision is not None:
            statement = statement.where(notices.c.revision == revision)
        await self._mark(statement, Pushed.READ, now)

    async def mark_all_read(self, reader: Principal, until: datetime | None, now: datetime) -> None:
        """One statement over the unread ones of campaigns that are shown."""
        shown = exists().where(campaigns.c.campaign_id == notices.c.campaign_id, ~campaigns.c.hidden)
        statement = update(notices).where(_own(reader), notices.c.unread, shown)
        if until is not None:
            statement = statement.where(notices.c.renewed_at <= until)
        await self._mark(statement.values(unread=False, news=0), Pushed.READ, now)

    async def mark_unread(self, reader: Principal, notice_id: str, now: datetime) -> None:
        """Unread again, without news."""
        statement = _one(reader, notice_id).where(~notices.c.unread).values(unread=True)
        await self._mark(statement, Pushed.UNREAD, now)

    async def unread_count(self, reader: Principal) -> int:
        """How many notices are unread."""
        statement = (
            select(func.count())
            .select_from(notices.join(campaigns, campaigns.c.campaign_id == notices.c.campaign_id))
            .where(_own(reader), notices.c.unread, ~campaigns.c.hidden)
        )
        async with self._database.reading() as connection:
            return (await connection.execute(statement)).scalar_one()

    async def _mark(self, statement: Update, kind: Pushed, now: datetime) -> None:
        returning = statement.returning(notices.c.advisor_id, notices.c.notice_id)
        async with self._database.transaction() as connection:
            marked = [(row.advisor_id, row.notice_id) for row in await connection.execute(returning)]
            await push(connection, kind, marked, now)


def _one(reader: Principal, notice_id: str) -> Update:
    return update(notices).where(notices.c.notice_id == notice_id, _own(reader))


def _own(reader: Principal) -> ColumnElement[bool]:
    """The reader's notices; whoever has no access level any more reads none, as the campaigns are none of theirs."""
    return and_(notices.c.advisor_id == reader.user_id, in_reach(reader, notices.c.advisor_id))


def _mine(reader: Principal, today: date) -> Select[Any]:
    """The reader's notices of campaigns that are shown, each with the number of its clients to contact."""
    to_contact = (
        select(func.count())
        .select_from(follow_ups)
        .where(
            follow_ups.c.campaign_id == notices.c.campaign_id,
            follow_ups.c.advisor_id == notices.c.advisor_id,
            _to_contact(reader, today),
        )
        .scalar_subquery()
    )
    return (
        select(
            notices.c.notice_id,
            notices.c.campaign_id,
            campaigns.c.name.label("campaign_name"),
            campaigns.c.start_date,
            campaigns.c.end_date,
            to_contact.label("clients"),
            # A client who came and was closed before the notice was read is no news any more.
            func.least(notices.c.news, to_contact).label("news"),
            notices.c.unread,
            notices.c.revision,
            notices.c.created_at,
            notices.c.renewed_at,
        )
        .select_from(notices.join(campaigns, campaigns.c.campaign_id == notices.c.campaign_id))
        .where(_own(reader), ~campaigns.c.hidden)
    )


def _to_contact(reader: Principal, today: date) -> ColumnElement[bool]:
    """Open follow-ups (spec 5.1: not closed, the entry date reached) within reach."""
    return and_(
        follow_ups.c.closing.is_(None),
        follow_ups.c.entry_date <= today,
        in_reach(reader, follow_ups.c.advisor_id),
    )
