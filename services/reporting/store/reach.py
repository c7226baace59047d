"""The reach of a reader as SQL: the one function through which every query over figures goes (spec 1.2, 1.3)."""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from services.reporting.ports.reading import Scope
from services.reporting.tables import advisors
from shared.rulebook.access import AccessLevel, Principal


def within(scope: Scope, advisor_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether this advisor's follow-ups and shares are the reader's to see, in the unit or advisor asked for."""
    conditions = [_reach(scope.reader, advisor_id)]
    if scope.unit_id is not None:
        below = select(advisors.c.user_id).where(advisors.c.unit_path.contains([scope.unit_id]))
        conditions.append(advisor_id.in_(below))
    if scope.advisor_id is not None:
        conditions.append(advisor_id == scope.advisor_id)
    return and_(*conditions)


def _reach(reader: Principal, advisor_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The rule is `shared.rulebook.rights.in_reach`; a test runs both on the same cases."""
    if reader.crm or reader.access_level is AccessLevel.ALL:
        return true()
    if reader.access_level is AccessLevel.NONE:
        return false()
    own = advisor_id == reader.user_id
    if reader.access_level is AccessLevel.UNIT:
        return or_(own, advisor_id.in_(select(advisors.c.user_id).where(advisors.c.unit_id == reader.unit_id)))
    if reader.access_level is AccessLevel.SUBTREE:
        below = select(advisors.c.user_id).where(advisors.c.unit_path.contains([reader.unit_id]))
        return or_(own, advisor_id.in_(below))
    return own
