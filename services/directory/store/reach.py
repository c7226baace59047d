"""The reader's reach as SQL: the same answer as `rulebook.rights.in_reach`, which a test holds it to (spec 1.2)."""

from sqlalchemy import ColumnElement, false, true
from sqlalchemy.sql.elements import SQLColumnExpression

from shared.rulebook.access import AccessLevel, Principal


def reaches(
    principal: Principal,
    advisor_id: SQLColumnExpression[str],
    unit_id: SQLColumnExpression[str],
    unit_path: SQLColumnExpression[object],
) -> ColumnElement[bool]:
    """Whether the reader's reach covers what is an advisor's, given the columns of the advisor, unit and unit path."""
    if principal.crm:
        return true()
    own = advisor_id == principal.user_id
    match principal.access_level:
        case AccessLevel.ALL:
            return true()
        case AccessLevel.SUBTREE:
            return own | unit_path.contains([principal.unit_id])
        case AccessLevel.UNIT:
            return own | (unit_id == principal.unit_id)
        case AccessLevel.OWN:
            return own
        case AccessLevel.NONE:
            return false()
