"""In which unit each advisor was, from what the directory told and when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Subquery, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from services.reporting.tables import advisor_places, advisors
from shared.contracts.directory import UserChanged
from shared.runtime.database import Database


class PostgresPlaces:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, told: Sequence[tuple[UserChanged, datetime]]) -> None:
        """See the port."""
        rows = {
            (user.user_id, user.revision): {
                "user_id": user.user_id,
                "revision": user.revision,
                "known_at": known_at,
                "unit_id": user.unit_id,
                "unit_path": list(user.unit_path),
            }
            for user, known_at in told
        }
        if rows:
            async with self._database.transaction() as connection:
                await connection.execute(
                    insert(advisor_places).on_conflict_do_nothing(), [rows[key] for key in sorted(rows)]
                )


def places_before(end: datetime) -> Subquery:
    """`user_id`, `unit_id` and `unit_path` of each advisor as known before that instant.

    Before anything was known the first place known holds: it must have come from somewhere.
    """
    columns = advisor_places.c
    later = columns.known_at >= end
    dated = (
        select(columns.user_id, columns.unit_id, columns.unit_path)
        .ext(distinct_on(columns.user_id))
        .order_by(columns.user_id, later, case((later, columns.revision), else_=-columns.revision))
        .subquery("dated")
    )
    return (
        select(
            advisors.c.user_id,
            func.coalesce(dated.c.unit_id, advisors.c.unit_id).label("unit_id"),
            func.coalesce(dated.c.unit_path, advisors.c.unit_path).label("unit_path"),
        )
        .outerjoin(dated, dated.c.user_id == advisors.c.user_id)
        .subquery("places")
    )
