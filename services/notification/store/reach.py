"""A reader's reach as SQL: the only way to clients."""

from sqlalchemy import ColumnElement, false, or_, select, true

from services.notification.tables import users
from shared.rulebook.access import AccessLevel, Principal


def within_reach(reader: Principal, advisor_id: ColumnElement[str]) -> ColumnElement[bool]:
    """`rulebook.access.in_reach` in SQL; a test holds both to the same cases."""
    level = reader.access_level
    if reader.crm or level is AccessLevel.ALL:
        return true()
    if level is AccessLevel.NONE:
        return false()
    own = advisor_id == reader.user_id
    if level is AccessLevel.OWN:
        return own
    seat = users.c.unit_id == reader.unit_id
    if level is AccessLevel.SUBTREE:
        seat = users.c.unit_path.contains([reader.unit_id])
    return or_(own, select(1).where(users.c.user_id == advisor_id, seat).exists())
