"""Whose follow-ups a scope holds as of a past day: asked before the facts are, so that PostgreSQL knows how many it is.

Told as a subquery it takes the advisors of a whole network for a handful, and looks each follow-up up (ADR 0125).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, column, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.ports.reading import AsOf, Scope
from services.reporting.store.places import places_before
from services.reporting.store.reach import reaches_all, within

_ID = Uuid(as_uuid=False)


class Among(NamedTuple):
    """The advisors of record whose follow-ups count; None for everybody, known or not."""

    advisor_ids: Sequence[str] | None

    def holds(self, advisor_id: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether the advisor in that column is one of them."""
        return true() if self.advisor_ids is None else advisor_id == any_(literal(self.advisor_ids, ARRAY(_ID)))


async def among(connection: AsyncConnection, as_of: AsOf, scope: Scope) -> Among:
    """Those within the scope, by their places of then."""
    if reaches_all(scope):
        return Among(None)
    places = places_before(as_of.end)
    # The reader and the advisor asked for count wherever they sit: nobody may have told of them yet.
    reader_id = None if scope.reader.crm else scope.reader.user_id
    named = literal([one for one in (reader_id, scope.advisor_id) if one is not None], ARRAY(_ID))
    unheard = func.unnest(named).table_valued(column("user_id", _ID)).render_derived(name="unheard")
    everybody = select(places.c.user_id).union(select(unheard.c.user_id)).subquery("everybody")
    found = await connection.scalars(select(everybody.c.user_id).where(within(scope, everybody.c.user_id, places)))
    return Among(sorted(found))
