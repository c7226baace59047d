"""The announcer's transaction: whoever joined, whoever entered, and the notices that say so."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime

from sqlalchemy import Integer, Uuid, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notification.ports import Membership, Pushed
from services.notification.store.streams import push
from shared.rulebook.ids import notice_id
from shared.runtime.database import Database

_ID = Uuid(as_uuid=False)

# Rows that another replica's announcer, or a consumer, holds at this moment are left for the next round.
_TAKE_JOINERS = text(
    """
    with taken as (
        delete from joiners where (campaign_id, advisor_id) in (
            select joiners.campaign_id, joiners.advisor_id
            from joiners join reached using (campaign_id) join campaigns using (campaign_id)
            where not campaigns.hidden
            limit :limit for update of joiners skip locked
        )
        returning campaign_id, advisor_id
    )
    select campaign_id, advisor_id from taken join campaigns using (campaign_id)
    where advisor_id = any(campaigns.sharers) or exists (
        select from follow_ups
        where follow_ups.campaign_id = taken.campaign_id and follow_ups.advisor_id = taken.advisor_id
            and closing is null
    )
    """
).columns(campaign_id=_ID, advisor_id=_ID)
_TAKE_NEWCOMERS = text(
    """
    with entered as (
        select follow_up_id from follow_ups
        where campaign_id in (
            select campaign_id from reached join campaigns using (campaign_id) where not campaigns.hidden
        )
            and entry_date <= :today and closing is null
            and (announced_to is distinct from advisor_id or announced_entry is distinct from entry_date)
        limit :limit for update skip locked
    ), announced as (
        update follow_ups set announced_to = advisor_id, announced_entry = entry_date
        where follow_up_id in (select follow_up_id from entered)
        returning campaign_id, advisor_id
    )
    select campaign_id, advisor_id, count(*) as clients from announced group by campaign_id, advisor_id
    """
).columns(campaign_id=_ID, advisor_id=_ID, clients=Integer)
_RENEW = text(
    """
    insert into notices (notice_id, campaign_id, advisor_id, news, unread, revision, created_at, renewed_at)
    select notice_id, campaign_id, advisor_id, news, true, 1, :now, :now
    from unnest(
        cast(:notices as uuid[]), cast(:campaigns as uuid[]), cast(:advisors as uuid[]), cast(:news as int[])
    ) as gain (notice_id, campaign_id, advisor_id, news)
    order by notice_id
    on conflict (notice_id) do update set
        news = notices.news + excluded.news, unread = true, revision = notices.revision + 1,
        renewed_at = excluded.renewed_at
    where excluded.news > 0
    returning advisor_id, notice_id
    """
).columns(advisor_id=_ID, notice_id=_ID)


@asynccontextmanager
async def announcing(database: Database) -> AsyncIterator["StoredAnnouncements"]:
    """One transaction of the announcer."""
    async with database.transaction() as connection:
        yield StoredAnnouncements(connection)


class StoredAnnouncements:
    """`ports.Announcements` within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take_joiners(self, limit: int) -> Sequence[Membership]:
        """Advisors before the announcer whose campaign's notice date has come, and who still belong to it."""
        rows = await self._connection.execute(_TAKE_JOINERS, {"limit": limit})
        return [Membership(row.campaign_id, row.advisor_id) for row in rows]

    async def take_newcomers(self, today: date, limit: int) -> Mapping[Membership, int]:
        """Clients who have entered and were not announced yet, counted, and announced from now on."""
        rows = await self._connection.execute(_TAKE_NEWCOMERS, {"today": today, "limit": limit})
        return {Membership(row.campaign_id, row.advisor_id): row.clients for row in rows}

    async def renew(self, gains: Mapping[Membership, int], now: datetime) -> None:
        """Create or renew the notices, and push."""
        if not gains:
            return
        rows = await self._connection.execute(
            _RENEW,
            {
                "notices": [notice_id(to.campaign_id, to.advisor_id) for to in gains],
                "campaigns": [to.campaign_id for to in gains],
                "advisors": [to.advisor_id for to in gains],
                "news": list(gains.values()),
                "now": now,
            },
        )
        await push(self._connection, Pushed.RENEWED, [(row.advisor_id, row.notice_id) for row in rows], now)
