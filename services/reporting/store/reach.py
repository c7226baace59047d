"""The reach of a reader as SQL: the one function through which every query over figures goes (spec 1.2, 1.3)."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, select

from services.reporting.ports.reading import Scope
from services.reporting.tables import advisors
from shared.rulebook.access import AccessLevel, in_reach
from shared.runtime import reach


def within(scope: Scope, advisor_id: ColumnElement[Any], people: FromClause = advisors) -> ColumnElement[bool]:
    """Whether this advisor's follow-ups and shares are the reader's to see, in the unit or advisor asked for.

    `people` says in which unit each advisor is, or was on a past day. A client asked for is not looked at.
    """
    conditions = [reach.in_reach(scope.reader, advisor_id, reach.Seats.of(people))]
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
