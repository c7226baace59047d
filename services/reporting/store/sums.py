"""The sums that every figure is made from, over the counters being served."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Label, Table, and_, case, cast, func

from services.reporting.ports.reading import Totals
from services.reporting.tables import amount_counters, campaigns

_COUNTS = ("clients", "accepted", "refused", "in_progress", "archived", "contacts")
_EUROS = ("potential", "remaining_potential", "collected")


def served(counters: Table) -> FromClause:
    """The counters of the generation that readers see."""
    return counters.join(
        campaigns,
        and_(
            campaigns.c.campaign_id == counters.c.campaign_id,
            campaigns.c.serving_generation == counters.c.generation,
        ),
    )


def sums(today: date) -> list[Label[Any]]:
    """One column per field of `Totals`."""
    columns = amount_counters.c
    waiting = columns.opens_on > today
    return [
        *(count(columns[name]).label(name) for name in _COUNTS),
        count(case((waiting, columns.in_progress), else_=0)).label("waiting"),
        count(case((waiting, columns.converting_while_waiting), else_=columns.converting)).label("converting"),
        count(case((waiting, 0), else_=columns.overdue)).label("overdue"),
        *(func.sum(columns[name]).label(name) for name in _EUROS),
    ]


def count(column: ColumnElement[Any]) -> ColumnElement[int]:
    """The sum of whole numbers as a whole number."""
    return cast(func.sum(column), BigInteger)


def totals_of(row: Any) -> Totals:
    """The totals in a row of `sums`; nothing counted when they are null."""
    if row.clients is None:
        return Totals()
    return Totals(**{name: getattr(row, name) for name in Totals.__dataclass_fields__})
