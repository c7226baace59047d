"""Figures broken down by advisor of record, and by unit with all below it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Uuid,
    and_,
    column,
    exists,
    func,
    literal,
    select,
    true,
)

from services.reporting.ports.reading import Branch, Scope
from services.reporting.store.reach import within
from services.reporting.store.sums import served, sums, totals_of
from services.reporting.tables import advisors, amount_counters, shares, units
from shared.rulebook.access import AccessLevel

_ID = Uuid(as_uuid=False)


def by_advisor(scope: Scope, campaign_ids: Sequence[str], today: date) -> Select[Any]:
    """One row per advisor of record with follow-ups or a share, by name."""
    advisor_id = amount_counters.c.advisor_id
    counted = (
        select(advisor_id.label("id"), *sums(today))
        .select_from(served(amount_counters))
        .where(amount_counters.c.campaign_id.in_(campaign_ids), within(scope, advisor_id))
        .group_by(advisor_id)
        .subquery("counted")
    )
    allocated = (
        select(shares.c.advisor_id.label("id"), func.sum(shares.c.amount).label("share"))
        .where(shares.c.campaign_id.in_(campaign_ids), within(scope, shares.c.advisor_id))
        .group_by(shares.c.advisor_id)
        .subquery("allocated")
    )
    found = func.coalesce(counted.c.id, allocated.c.id)
    return (
        select(
            found.label("id"),
            advisors.c.external_id,
            advisors.c.name,
            advisors.c.unit_id.label("parent_id"),
            literal(value=True).label("leaf"),
            allocated.c.share,
            *_totals(counted),
        )
        .select_from(
            counted.join(allocated, counted.c.id == allocated.c.id, full=True).outerjoin(
                advisors, advisors.c.user_id == found
            )
        )
        .order_by(advisors.c.name.nulls_last(), found)
    )


def by_unit(scope: Scope, campaign_ids: Sequence[str], today: date) -> Select[Any]:
    """One row per unit with follow-ups or a share in it or below, from the top, each level by name."""
    unit_of_counter = _path("unit_of_counter")
    counted = (
        select(unit_of_counter.c.unit_id.label("id"), *sums(today))
        .select_from(
            served(amount_counters)
            .join(advisors, advisors.c.user_id == amount_counters.c.advisor_id)
            .join(unit_of_counter, true())
        )
        .where(amount_counters.c.campaign_id.in_(campaign_ids), within(scope, amount_counters.c.advisor_id))
        .group_by(unit_of_counter.c.unit_id)
        .subquery("counted")
    )
    unit_of_share = _path("unit_of_share")
    allocated = (
        select(unit_of_share.c.unit_id.label("id"), func.sum(shares.c.amount).label("share"))
        .select_from(shares.join(advisors, advisors.c.user_id == shares.c.advisor_id).join(unit_of_share, true()))
        .where(shares.c.campaign_id.in_(campaign_ids), within(scope, shares.c.advisor_id))
        .group_by(unit_of_share.c.unit_id)
        .subquery("allocated")
    )
    child = units.alias("child")
    found = func.coalesce(counted.c.id, allocated.c.id)
    return (
        select(
            units.c.unit_id.label("id"),
            units.c.external_id,
            units.c.name,
            units.c.parent_id,
            (~exists(select(child.c.unit_id).where(child.c.parent_id == units.c.unit_id))).label("leaf"),
            allocated.c.share,
            *_totals(counted),
        )
        .select_from(
            counted.join(allocated, counted.c.id == allocated.c.id, full=True).join(units, units.c.unit_id == found)
        )
        .where(visible_unit(scope))
        .order_by(func.cardinality(units.c.path), units.c.name, units.c.unit_id)
    )


def visible_unit(scope: Scope) -> ColumnElement[bool]:
    """Whether a row of `units` lies within the reach and the units asked for: the reader's own unit and those below."""
    conditions: list[ColumnElement[bool]] = []
    reader = scope.reader
    if not (reader.crm or reader.access_level is AccessLevel.ALL):
        conditions.append(units.c.path.contains([reader.unit_id]))
    if named := [unit for unit in (scope.inside, scope.unit_id) if unit is not None]:
        conditions.append(units.c.path.contains(named))
    return and_(true(), *conditions)


def branch_of(row: Any) -> Branch:
    """The branch in a row of either statement."""
    return Branch(
        id=row.id,
        external_id=row.external_id,
        name=row.name,
        parent_id=row.parent_id,
        leaf=row.leaf,
        share=row.share,
        totals=totals_of(row),
    )


def _path(name: str) -> Any:
    """Each unit of the advisor's path, from the root to the own unit."""
    return func.unnest(advisors.c.unit_path).table_valued(column("unit_id", _ID)).render_derived(name=name)


def _totals(counted: Subquery) -> list[ColumnElement[Any]]:
    return [counted_column for counted_column in counted.c if counted_column.name != "id"]
