"""Interactions as they stand, read by their follow-up."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from services.followup.ports import Interaction
from services.followup.tables import interactions
from shared.rulebook.interaction_words import InteractionState
from shared.rulebook.steps import StepKind
from shared.runtime.database import Database


class PostgresInteractions:
    """Reads; they are written with the facts (`recording`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def one(self, follow_up_id: str, key: str) -> Interaction | None:
        """See the port."""
        query = sa.select(interactions).where(interactions.c.follow_up_id == follow_up_id, interactions.c.key == key)
        async with self._database.reading() as conn:
            row = (await conn.execute(query)).mappings().one_or_none()
        return None if row is None else interaction_of(row)

    async def page(self, follow_up_id: str, *, after: str | None, limit: int) -> Sequence[Interaction]:
        """See the port."""
        query = sa.select(interactions).where(interactions.c.follow_up_id == follow_up_id)
        # By bytes, so that every replica and Python agree on the order whatever the database's collation.
        key = sa.collate(interactions.c.key, "C")
        if after is not None:
            query = query.where(key > after)
        async with self._database.reading() as conn:
            rows = (await conn.execute(query.order_by(key).limit(limit))).mappings().all()
        return [interaction_of(row) for row in rows]


def interaction_of(row: Any) -> Interaction:
    """A row as it is read."""
    return Interaction(
        follow_up_id=row["follow_up_id"],
        step_id=row["step_id"],
        number=row["number"],
        kind=None if row["kind"] is None else StepKind(row["kind"]),
        state=InteractionState(row["state"]),
        details=row["details"],
        fact_number=row["fact_number"],
    )
