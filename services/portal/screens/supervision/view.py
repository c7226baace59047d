"""What all tabs of supervision are about: which campaign, whose figures, as of which day; and their head."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query
from fastapi.responses import Response

from services.portal.bar import ON_TIME, MoneyBar, is_ahead
from services.portal.frame import Visit
from services.portal.parts import or_problem
from services.portal.screens.supervision.choosing import read_choices

_CAMPAIGNS = 200
_BEHIND = 5


@dataclass(frozen=True, slots=True)
class View:
    """The part of the figures that is looked at; each field is one of the address, and kept from tab to tab."""

    campaign: str | None = None
    unit: str | None = None
    advisor: str | None = None
    as_of: date | None = None
    happened: bool = False

    @property
    def scope(self) -> dict[str, object]:
        """As the reports are asked, without the day."""
        return {"campaign_id": self.campaign, "unit_id": self.unit, "advisor_id": self.advisor}

    @property
    def day(self) -> dict[str, object]:
        """The day as the reports are asked; nothing for today."""
        if self.as_of is None:
            return {}
        return {"as_of": self.as_of.isoformat(), "axis": "happened" if self.happened else "recorded"}

    def query(self, **changes: object) -> str:
        """The query of an address that keeps the view, with changes; None leaves a part out."""
        told: dict[str, object] = {
            "operation": self.campaign,
            "unite": self.unit,
            "conseiller": self.advisor,
            "au": self.as_of,
            "axe": "realisation" if self.happened else None,
            **changes,
        }
        return urlencode({name: value for name, value in told.items() if value not in {None, ""}})


def view_of(
    campaign: Annotated[str, Query(alias="operation", pattern="^([0-9a-f-]{36})?$")] = "",
    unit: Annotated[str, Query(alias="unite", pattern="^([0-9a-f-]{36})?$")] = "",
    advisor: Annotated[str, Query(alias="conseiller", pattern="^([0-9a-f-]{36})?$")] = "",
    as_of: Annotated[str, Query(alias="au", pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
    axis: Annotated[str, Query(alias="axe", max_length=20)] = "",
) -> View:
    """The view that an address names; a day that does not exist is today."""
    try:
        day = date.fromisoformat(as_of) if as_of else None
    except ValueError:
        day = None
    return View(campaign or None, unit or None, advisor or None, day, axis == "realisation")


Asked = Annotated[View, Depends(view_of)]


@dataclass(frozen=True, slots=True)
class Head:
    """The figures above every tab."""

    report: Any
    bar: MoneyBar
    campaigns: list[dict[str, Any]]
    behind: list[dict[str, Any]]
    """The running campaigns furthest behind their pace."""
    chosen: dict[str, Any] | None
    advisor: str | None
    """The name of whom the view is narrowed to."""

    @property
    def is_ahead(self) -> bool | None:
        """Whether what is collected is what it should be by then, or more; None without a pace."""
        return is_ahead(self.report)


async def read_head(visit: Visit, view: View) -> Head:
    """The head. UpstreamProblem when the view lies outside the reach, or the day in the future."""
    report, listed, advisor = await asyncio.gather(
        visit.api.get("/api/reports/indicators", **view.scope, **view.day),
        visit.api.get(
            "/api/reports/campaigns", unit_id=view.unit, advisor_id=view.advisor, limit=_CAMPAIGNS, **view.day
        ),
        _advisor(visit, view),
    )
    campaigns = listed["campaigns"]
    return Head(
        report=report,
        bar=MoneyBar.of(report),
        campaigns=campaigns,
        behind=_behind(campaigns),
        chosen=next((one for one in campaigns if one["campaign_id"] == view.campaign), None),
        advisor=advisor,
    )


async def tab(
    visit: Visit,
    view: View,
    name: str,
    read: Mapping[str, Coroutine[Any, Any, Any]],
    *,
    status: int = 200,
    **values: Any,
) -> Response:
    """One tab with what it reads, by name, below the head, which is read beside it; the tab alone for htmx."""
    if visit.is_fragment:
        found = dict(zip(read, await asyncio.gather(*read.values()), strict=True))
        return visit.page(f"supervision/{name}_part.html", view=view, tab=name, **found, **values)
    head, choices, *own = await asyncio.gather(
        or_problem(read_head(visit, view)), read_choices(visit, view.unit), *read.values()
    )
    return await visit.screen(
        f"supervision/{name}.html",
        status=status,
        active="supervision",
        view=view,
        tab=name,
        head=head,
        choices=choices,
        **dict(zip(read, own, strict=True)),
        **values,
    )


def _behind(campaigns: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The running ones that are late on their pace, the furthest behind first."""
    paced = [one for one in campaigns if one["status"] == "RUNNING" and one["pace"]["percent"] is not None]
    late = [one for one in paced if Decimal(one["pace"]["percent"]) < ON_TIME]
    return sorted(late, key=lambda one: Decimal(one["pace"]["percent"]))[:_BEHIND]


async def _advisor(visit: Visit, view: View) -> str | None:
    """The name of the advisor that the view is narrowed to, who may have left or not advise anybody here."""
    if view.advisor is None:
        return None
    told = await visit.api.get_or_none("/api/reports/breakdown", by="advisor", **view.scope, **view.day)
    rows = told["rows"] if told else []
    return next((row["name"] for row in rows if row["id"] == view.advisor), None)
