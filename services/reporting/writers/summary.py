"""The charts of the summary for browsers: the very options that the edition draws."""

from collections.abc import Sequence

from services.reporting.ports.exporting import Language
from services.reporting.use_cases.figures import Indicators
from services.reporting.use_cases.pace_curve import PacePoint
from services.reporting.use_cases.steps import Funnel
from services.reporting.writers.chart import Chart
from services.reporting.writers.formats import Formats
from services.reporting.writers.options import pace_chart, summary_charts
from services.reporting.writers.words import say


def charts_of(
    found: Indicators, funnel: Funnel | None, points: Sequence[PacePoint], language: Language
) -> dict[str, Chart]:
    """Each chart by the name of its figures, in that language; the curve of the pace after the pace itself."""
    words, formats = say(language), Formats(language)
    curve = pace_chart(points, words, formats)
    charts = summary_charts(found, funnel, words, formats)
    if curve is None:
        return charts
    before = ("money", "progress")
    first = {name: chart for name, chart in charts.items() if name in before}
    return {**first, "pace": curve, **{name: chart for name, chart in charts.items() if name not in before}}
