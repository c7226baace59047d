"""The summary: figures, and each chart with the numbers that it shows."""

from datetime import date
from typing import Any

from services.reporting.schemas.figures import ReportOut
from services.reporting.schemas.parts import Euros, Out
from services.reporting.schemas.rows import StepOut


class ChartOut(Out):
    """One chart: `option` is what ECharts is given, in a browser as in the printed edition."""

    name: str
    title: str
    description: str
    option: dict[str, Any]


class PacePointOut(Out):
    """The table of the pace: euros collected until that day, and the target prorated to it."""

    day: date
    collected: Euros
    expected: Euros


class SummaryOut(Out):
    """The tables are `figures`, `steps` and `pace`; steps are those of one campaign, the pace is today's only."""

    figures: ReportOut
    steps: list[StepOut]
    pace: list[PacePointOut]
    charts: list[ChartOut]
