"""A reader's reach as SQL (spec 1.2): the only way to clients."""

from sqlalchemy import ColumnElement

from services.notification.tables import users
from shared.rulebook.access import Principal
from shared.runtime import reach

_PEOPLE = reach.Seats.of(users)


def in_reach(reader: Principal, advisor: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the reach covers the clients of the advisor in that column."""
    return reach.in_reach(reader, advisor, _PEOPLE)
