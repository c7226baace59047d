"""The units and the advisors that figures may be narrowed to: those within the reader's reach (spec 8)."""

import asyncio
from dataclasses import dataclass
from typing import Any

from services.portal.frame import Visit
from services.portal.parts import or_problem
from services.portal.screens.administration.parts import units_of
from services.portal.upstream import UpstreamProblem

_MOST_ADVISORS = 200


@dataclass(frozen=True, slots=True)
class Choices:
    """Units in the order of the tree, each with its `depth`, and advisors of the chosen one; empty if untold."""

    units: list[dict[str, Any]]
    advisors: list[dict[str, Any]]
    too_many: bool
    """More advisors than a list should have: a unit is chosen first."""
    unit_name: str | None
    """Of the chosen unit, which may be closed since."""


async def read_choices(visit: Visit, unit: str | None) -> Choices:
    """What may be chosen; what the directory does not tell now is left out, and the figures are shown all the same."""
    units, people = await asyncio.gather(
        or_problem(units_of(visit, inactive=True)),
        visit.api.get_or_none("/api/directory/users", unit=unit, limit=_MOST_ADVISORS),
    )
    known: list[dict[str, Any]] = [] if isinstance(units, UpstreamProblem) else units
    too_many = people is not None and people["next"] is not None
    return Choices(
        units=[one for one in known if one["active"] or one["unit_id"] == unit],
        advisors=[] if people is None or too_many else people["items"],
        too_many=too_many,
        unit_name=next((one["name"] for one in known if one["unit_id"] == unit), None),
    )
