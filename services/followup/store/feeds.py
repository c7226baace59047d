"""Calendar feeds: their hashed addresses, and interactions with a moment or a day."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH, insert

from services.followup.ports import CalendarEntry, Feed, Window
from services.followup.store.reach import in_reach
from services.followup.tables import calendar_feeds, campaigns, clients, facts, follow_ups, interactions
from shared.rulebook.access import Principal
from shared.rulebook.interaction_words import InteractionState
from shared.rulebook.steps import StepKind
from shared.runtime.database import Database

_DETAILS = interactions.c.details
_STARTS_AT = sa.cast(_DETAILS["starts_at"].astext, sa.DateTime(timezone=True))
_DUE_ON = sa.cast(_DETAILS["due_on"].astext, sa.Date)
_STEP = sa.func.jsonb_path_query_first(
    campaigns.c.definition,
    sa.cast("$.steps[*] ? (@.id == $id)", JSONPATH),
    sa.func.jsonb_build_object("id", interactions.c.step_id),
    type_=JSONB,
)
_ENTRY = (
    sa.select(
        interactions.c.follow_up_id,
        interactions.c.key,
        interactions.c.kind,
        interactions.c.fact_number,
        _STEP["title"].astext.label("title"),
        _STARTS_AT.label("starts_at"),
        sa.cast(_DETAILS["duration_minutes"].astext, sa.Integer).label("duration_minutes"),
        _DETAILS["place"].astext.label("place"),
        _DUE_ON.label("due_on"),
        campaigns.c.name.label("campaign_name"),
        clients.c.name.label("client_name"),
        facts.c.recorded_at,
    )
    .select_from(interactions)
    .join(follow_ups, follow_ups.c.follow_up_id == interactions.c.follow_up_id)
    .join(campaigns, campaigns.c.campaign_id == follow_ups.c.campaign_id)
    .join(
        facts,
        sa.and_(facts.c.follow_up_id == interactions.c.follow_up_id, facts.c.number == interactions.c.fact_number),
    )
    .outerjoin(clients, clients.c.client_id == follow_ups.c.client_id)
)
_NOT_CANCELLED = interactions.c.state != InteractionState.CANCELLED.value


class PostgresFeeds:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, feed: Feed) -> None:
        """See the port."""
        values = {"advisor_id": feed.advisor_id, "secret_hash": feed.secret_hash, "made_at": feed.made_at}
        new = insert(calendar_feeds).values(values)
        async with self._database.transaction() as conn:
            await conn.execute(new.on_conflict_do_update(index_elements=["advisor_id"], set_=values))

    async def delete(self, advisor_id: str) -> None:
        """See the port."""
        async with self._database.transaction() as conn:
            await conn.execute(sa.delete(calendar_feeds).where(calendar_feeds.c.advisor_id == advisor_id))

    async def of(self, advisor_id: str) -> Feed | None:
        """See the port."""
        return await self._feed(calendar_feeds.c.advisor_id == advisor_id)

    async def by_hash(self, secret_hash: str) -> Feed | None:
        """See the port."""
        return await self._feed(calendar_feeds.c.secret_hash == secret_hash)

    async def entries(self, advisor: Principal, window: Window, limit: int) -> Sequence[CalendarEntry]:
        """See the port."""
        appointment = sa.and_(
            _STARTS_AT.between(window.first, window.last),
            _NOT_CANCELLED,
            sa.or_(follow_ups.c.closing.is_(None), follow_ups.c.closing == "CONCLUDED"),
        )
        to_do = sa.and_(
            _DUE_ON.between(window.first_day, window.last_day),
            interactions.c.state == InteractionState.OPEN.value,
            follow_ups.c.closing.is_(None),
        )
        query = (
            _ENTRY.where(
                follow_ups.c.advisor_id == advisor.user_id,
                in_reach(advisor, follow_ups.c.advisor_id),
                ~campaigns.c.deleted,
                sa.or_(appointment, to_do),
            )
            .order_by(
                sa.func.coalesce(_STARTS_AT, sa.cast(_DUE_ON, sa.DateTime(timezone=True))),
                interactions.c.follow_up_id,
                interactions.c.key,
            )
            .limit(limit)
        )
        async with self._database.reading() as conn:
            rows = (await conn.execute(query)).mappings().all()
        return [_entry(row) for row in rows]

    async def appointment(self, follow_up_id: str, key: str) -> CalendarEntry | None:
        """See the port."""
        query = _ENTRY.where(
            interactions.c.follow_up_id == follow_up_id,
            interactions.c.key == key,
            _NOT_CANCELLED,
            _STARTS_AT.is_not(None),
        )
        async with self._database.reading() as conn:
            row = (await conn.execute(query)).mappings().one_or_none()
        return None if row is None else _entry(row)

    async def _feed(self, which: sa.ColumnElement[bool]) -> Feed | None:
        async with self._database.reading() as conn:
            row = (await conn.execute(sa.select(calendar_feeds).where(which))).mappings().one_or_none()
        return None if row is None else Feed(row["advisor_id"], row["secret_hash"], row["made_at"])


def _entry(row: Any) -> CalendarEntry:
    # What an earlier release recorded may lack its kind; only an appointment has a moment.
    kind = row["kind"] or (StepKind.TASK if row["starts_at"] is None else StepKind.APPOINTMENT)
    return CalendarEntry(
        follow_up_id=row["follow_up_id"],
        key=row["key"],
        kind=StepKind(kind),
        title=row["title"],
        campaign_name=row["campaign_name"],
        client_name=row["client_name"],
        starts_at=row["starts_at"],
        duration_minutes=row["duration_minutes"],
        place=row["place"],
        due_on=row["due_on"],
        fact_number=row["fact_number"],
        recorded_at=row["recorded_at"],
    )
