"""Checks of the counters, and fillings from the owner of the facts, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from services.reporting.ports.counting import Check, Refill
from shared.runtime.database import Database

# A campaign that is being regrouped is being recomputed already.
_ASK = text("""
    with asked as (
        update campaigns set target_generation = target_generation + 1
        where serving_generation = target_generation and serving_generation > 0 and not deleted
        returning campaign_id)
    insert into checks (campaign_id, asked_by, asked_at)
    select campaign_id, :asked_by, :now from asked order by campaign_id
""")
_LATEST = text("""
    select distinct on (campaign_id) campaign_id, asked_by, asked_at, ended_at, differences, examples
    from checks order by campaign_id, id desc
""")
_ASK_REFILL = text("insert into refills (asked_by, asked_at) values (:asked_by, :now) returning number")
_REFILL = text("""
    select number, after_seq, added, ended_at is not null as ended from refills
    where case when cast(:number as bigint) is null then ended_at is null else number = :number end
    order by number limit 1
""")
_ADVANCE = text("""
    update refills set after_seq = :after_seq, added = :added, ended_at = case when :ended then :now end
    where number = :number
""")


class PostgresChecks:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, asked_by: str, now: datetime) -> int:
        """See the port."""
        async with self._database.transaction() as connection:
            return (await connection.execute(_ASK, {"asked_by": asked_by, "now": now})).rowcount

    async def latest(self) -> Sequence[Check]:
        """See the port."""
        async with self._database.reading() as connection:
            return [
                Check(
                    campaign_id=str(check.campaign_id),
                    asked_by=check.asked_by,
                    asked_at=check.asked_at,
                    ended_at=check.ended_at,
                    differences=check.differences,
                    examples=check.examples,
                )
                for check in await connection.execute(_LATEST)
            ]

    async def ask_refill(self, asked_by: str, now: datetime) -> int:
        """See the port."""
        async with self._database.transaction() as connection:
            return int((await connection.execute(_ASK_REFILL, {"asked_by": asked_by, "now": now})).scalar_one())

    async def refill(self, number: int | None = None) -> Refill | None:
        """See the port."""
        async with self._database.reading() as connection:
            found = (await connection.execute(_REFILL, {"number": number})).one_or_none()
        return None if found is None else Refill(found.number, found.after_seq, found.added, found.ended)

    async def advance_refill(self, refill: Refill, now: datetime) -> None:
        """See the port."""
        reached = {
            "number": refill.number,
            "after_seq": refill.after_seq,
            "added": refill.added,
            "ended": refill.ended,
            "now": now,
        }
        async with self._database.transaction() as connection:
            await connection.execute(_ADVANCE, reached)
