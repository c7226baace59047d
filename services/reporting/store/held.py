"""Follow-ups as they are held here, to be compared with their owner's."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from services.reporting.ports.reconciling import HeldHere
from services.reporting.store.rows import state_of
from shared.contracts.reconciling import digest_of
from shared.runtime.database import Database

_FIRST, _LAST = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"
_BETWEEN = text("""
    select follow_up_id, campaign_id, number, state,
        (select count(*) from facts where facts.follow_up_id = follow_ups.follow_up_id) as facts
    from follow_ups
    where follow_up_id > cast(:after as uuid) and follow_up_id <= cast(:upto as uuid)
    order by follow_up_id limit :limit
""")
_NAMED = text("""
    select follow_up_id, campaign_id, follow_ups.number, state,
        (select count(*) from facts where facts.follow_up_id = asked.id and facts.number <= asked.upto) as facts
    from unnest(cast(:ids as uuid[]), cast(:numbers as integer[])) as asked (id, upto)
    join follow_ups on follow_ups.follow_up_id = asked.id
""")


class PostgresHeldFollowUps:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def between(self, after: str | None, upto: str | None, limit: int) -> Sequence[HeldHere]:
        """See the port."""
        wanted = {"after": after or _FIRST, "upto": upto or _LAST, "limit": limit}
        async with self._database.reading() as connection:
            return [_held(row) for row in await connection.execute(_BETWEEN, wanted)]

    async def named(self, numbers: Mapping[str, int]) -> Mapping[str, HeldHere]:
        """See the port."""
        wanted = {"ids": list(numbers), "numbers": list(numbers.values())}
        async with self._database.reading() as connection:
            return {str(row.follow_up_id): _held(row) for row in await connection.execute(_NAMED, wanted)}


def _held(row: Any) -> HeldHere:
    return HeldHere(str(row.follow_up_id), str(row.campaign_id), row.number, digest_of(state_of(row.state)), row.facts)
