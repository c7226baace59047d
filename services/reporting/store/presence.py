"""Whether the unit, advisor or client that somebody asks for exists within the reach; else there is none (spec 1.4)."""

from dataclasses import replace

from sqlalchemy import ColumnElement, and_, exists, or_, true

from services.reporting.ports.reading import AsOf, Scope
from services.reporting.store.branches import visible_unit
from services.reporting.store.past_branches import unit_seen_then
from services.reporting.store.places import places_before
from services.reporting.store.reach import within
from services.reporting.tables import advisors, clients, units


def within_reach(scope: Scope) -> ColumnElement[bool]:
    """Whether what is asked for is there today."""
    return and_(true(), *_parts(scope).values())


def within_reach_as_of(as_of: AsOf, scope: Scope) -> ColumnElement[bool]:
    """The same of a past day: there today, or as of the day. A client is reached through the present advisor alone."""
    parts = _parts(scope)
    if scope.unit_id is not None:
        parts["unit"] = or_(parts["unit"], unit_seen_then(as_of, scope))
    if scope.advisor_id is not None:
        places = places_before(as_of.end)
        then = within(scope, places.c.user_id, places)
        parts["advisor"] = or_(parts["advisor"], exists().where(then, places.c.user_id == scope.advisor_id))
    return and_(true(), *parts.values())


def _parts(scope: Scope) -> dict[str, ColumnElement[bool]]:
    parts: dict[str, ColumnElement[bool]] = {}
    if scope.unit_id is not None:
        parts["unit"] = exists().where(visible_unit(scope), units.c.unit_id == scope.unit_id)
    if scope.advisor_id is not None:
        parts["advisor"] = exists().where(within(scope, advisors.c.user_id), advisors.c.user_id == scope.advisor_id)
    if scope.client_id is not None:
        whole_reach = replace(scope, unit_id=None, advisor_id=None)
        reached = within(whole_reach, clients.c.advisor_id)
        parts["client"] = exists().where(reached, clients.c.client_id == scope.client_id)
    return parts
