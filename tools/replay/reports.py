"""The figures of the campaign as the reports have them."""

from collections.abc import Mapping
from decimal import Decimal

from tools.replay.figures import GROUPS, Figures, Totals
from tools.replay.plan import Json
from tools.replay.session import Session


async def read(session: Session, campaign_id: str, names: Mapping[str, str]) -> Figures:
    """All figures of the campaign; `names` says what the file calls a branch or an advisor of this external id."""
    asked = {"campaign_id": campaign_id}
    totals = await session.get("/api/reports/indicators", asked)
    steps = await session.get("/api/reports/steps", asked)
    units = await session.get("/api/reports/breakdown", asked | {"by": "unit"})
    advisors = await session.get("/api/reports/breakdown", asked | {"by": "advisor"})
    return Figures(
        clients=totals["clients"],
        contacts=totals["contacts"],
        accepted=totals["accepted"]["count"],
        refused=totals["refused"]["count"],
        potential=Decimal(totals["potential"]),
        collected=Decimal(totals["collected"]),
        conversion_rate=_rate(totals["conversion_rate"]),
        take_up_rate=_rate(totals["take_up_rate"]),
        steps={number: {group: step[group] for group in GROUPS} for number, step in enumerate(steps["steps"], start=1)},
        branches={_name(row, names): _totals(row) for row in units["rows"] if row["leaf"]},
        advisors={_name(row, names): _totals(row) for row in advisors["rows"]},
    )


def _name(row: Json, names: Mapping[str, str]) -> str:
    return names.get(row["external_id"], str(row["external_id"]))


def _totals(row: Json) -> Totals:
    return Totals(
        clients=row["clients"],
        accepted=row["accepted"],
        refused=row["refused"],
        potential=Decimal(row["potential"]),
        collected=Decimal(row["collected"]),
    )


def _rate(rate: Json) -> Decimal | None:
    return None if rate["percent"] is None else Decimal(rate["percent"])
