"""The reach of a reader as SQL (spec 1.2), for every store; says the same as `rulebook.access.in_reach`: tests compare.

Each store says in its `reach.py` where its people sit; no query over clients goes by anything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, false, literal, select, true

from shared.rulebook.access import AccessLevel, Principal


@dataclass(frozen=True, slots=True)
class Seats:
    """Columns that say in which unit each person sits; `unit_path` names it and all units above it."""

    person: ColumnElement[Any]
    unit: ColumnElement[Any]
    unit_path: ColumnElement[Any]

    @classmethod
    def of(cls, people: FromClause) -> "Seats":
        """Those of a table with `user_id`, `unit_id` and `unit_path`."""
        return cls(people.c.user_id, people.c.unit_id, people.c.unit_path)


def reaches(reader: Principal, advisor: Seats) -> ColumnElement[bool]:
    """Whether the reach covers the clients of the advisor whose seat stands in the row itself."""
    own = advisor.person == reader.user_id
    return _by_level(reader, own, lambda seat: own | seat, advisor)


def in_reach(reader: Principal, advisor: ColumnElement[Any], people: Seats) -> ColumnElement[bool]:
    """Whether the reach covers the clients of the advisor in that column, who sits where `people` says."""

    def covered(seat: ColumnElement[bool]) -> ColumnElement[bool]:
        # One's own clients wherever one sits by now: a service may not have heard of a move yet. A union, since an
        # *or* would keep the planner from going by the people.
        own = select(literal(reader.user_id, people.person.type))
        return advisor.in_(select(people.person).where(seat).union_all(own))

    return _by_level(reader, advisor == reader.user_id, covered, people)


def _by_level(
    reader: Principal,
    own: ColumnElement[bool],
    covered: Callable[[ColumnElement[bool]], ColumnElement[bool]],
    seats: Seats,
) -> ColumnElement[bool]:
    if reader.crm:
        return true()
    match reader.access_level:
        case AccessLevel.ALL:
            return true()
        case AccessLevel.SUBTREE:
            return covered(seats.unit_path.contains([reader.unit_id]))
        case AccessLevel.UNIT:
            return covered(seats.unit == reader.unit_id)
        case AccessLevel.OWN:
            return own
        case AccessLevel.NONE:
            return false()
