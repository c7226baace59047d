"""The reach of a reader as SQL: the one function through which every query over figures goes (spec 1.2, 1.3)."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, false, or_, select, true

from services.reporting.ports.reading import Scope
from services.reporting.tables import advisors
from shared.rulebook.access import AccessLevel, Principal, in_reach


def within(scope: Scope, advisor_id: ColumnElement[Any], people: FromClause = advisors) -> ColumnElement[bool]:
    """Whether this advisor's follow-ups and shares are the reader's to see, in the unit or advisor asked for.

    `people` says in which unit each advisor is, or was on a past day. A client asked for is not looked at.
    """
    conditions = [_reach(scope.reader, advisor_id, people)]
    if scope.unit_id is not None:
        there = people.c.unit_id == scope.unit_id if scope.directly else people.c.unit_path.contains([scope.unit_id])
        below = select(people.c.user_id).where(there)
        conditions.append(advisor_id.in_(below))
    if scope.inside is not None:
        around = select(people.c.user_id).where(people.c.unit_path.contains([scope.inside]))
        conditions.append(advisor_id.in_(around))
    if scope.advisor_id is not None:
        conditions.append(advisor_id == scope.advisor_id)
    return and_(*conditions)


def is_within(scope: Scope, advisor_id: str, unit_path: tuple[str, ...]) -> bool:
    """The same of an advisor whose place is known."""
    if scope.directly and unit_path[-1:] != (scope.unit_id,):
        return False
    if scope.advisor_id not in (None, advisor_id) or not {scope.unit_id, scope.inside} - {None} <= set(unit_path):
        return False
    return in_reach(scope.reader, advisor_id, unit_path)


def reaches_all(scope: Scope) -> bool:
    """Whether no advisor is left out, known or not."""
    everything = scope.reader.crm or scope.reader.access_level is AccessLevel.ALL
    return everything and scope.unit_id is None and scope.advisor_id is None


def _reach(reader: Principal, advisor_id: ColumnElement[Any], people: FromClause) -> ColumnElement[bool]:
    """The rule is `shared.rulebook.rights.in_reach`; a test runs both on the same cases."""
    if reader.crm or reader.access_level is AccessLevel.ALL:
        return true()
    if reader.access_level is AccessLevel.NONE:
        return false()
    own = advisor_id == reader.user_id
    if reader.access_level is AccessLevel.UNIT:
        return or_(own, advisor_id.in_(select(people.c.user_id).where(people.c.unit_id == reader.unit_id)))
    if reader.access_level is AccessLevel.SUBTREE:
        below = select(people.c.user_id).where(people.c.unit_path.contains([reader.unit_id]))
        return or_(own, advisor_id.in_(below))
    return own
