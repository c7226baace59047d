"""The charts of the campaign summary as options of ECharts: plain JSON, numbers beside it as their reader writes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from services.reporting.use_cases.figures import Indicators
from services.reporting.use_cases.pace_curve import PacePoint
from services.reporting.use_cases.steps import Funnel
from services.reporting.writers.chart import Chart
from services.reporting.writers.formats import Formats
from shared.rulebook.indicators import ClientResult

_NAVY, _BLUE, _PALE = "#1F3A5F", "#4C78A8", "#A9BCD0"
_RESULTS = {
    ClientResult.ACCEPTED: "#2E7D4F",
    ClientResult.REFUSED: "#B3403A",
    ClientResult.IN_PROGRESS: _BLUE,
    ClientResult.CLOSED_WITHOUT_CONCLUSION: "#8A93A0",
}
_LONGEST = 42
_AXIS = {"axisLine": {"show": False}, "axisTick": {"show": False}}
_FAINT = {"lineStyle": {"color": "#8A93A0", "opacity": 0.35}}
_SMALL = {"fontSize": 13, "color": "#333333"}


def summary_charts(
    found: Indicators, funnel: Funnel | None, words: Mapping[str, str], formats: Formats
) -> dict[str, Chart]:
    """Each chart by the name of its table; none where there is nothing to draw."""
    charts = {"money": _money(found, words, formats)}
    if found.pace.percent is not None or found.achievement.percent is not None:
        charts["progress"] = _progress(found, words, formats)
    if found.clients:
        charts["clients_by_result"] = _clients(found, words, formats)
    if funnel is not None and any(step.counts.done for step in funnel.steps):
        charts["steps"] = _steps(funnel, words, formats)
    return {name: _spoken(chart) for name, chart in charts.items()}


def pace_chart(points: Sequence[PacePoint], words: Mapping[str, str], formats: Formats) -> Chart | None:
    """What was collected over time beside what should have been; none without a target."""
    if not points:
        return None
    lines = [
        (words["collected"], [float(point.collected) for point in points], _NAVY, "solid"),
        (words["expected"], [float(point.expected) for point in points], _BLUE, "dashed"),
    ]
    option = {
        "color": [_NAVY, _BLUE],
        "grid": {"left": 8, "right": 150, "top": 12, "bottom": 6, "containLabel": True},
        "xAxis": {"type": "category", "data": [formats.day(point.day) for point in points], "axisLabel": _SMALL},
        "yAxis": {"type": "value", "min": 0, "axisLabel": _SMALL, "splitLine": _FAINT},
        "series": [
            {
                "type": "line",
                "name": name,
                "data": values,
                "showSymbol": False,
                "lineStyle": {"type": dash, "color": colour, "width": 3},
                "endLabel": {"show": True, "formatter": "{a}", **_SMALL},
            }
            for name, values, colour, dash in lines
        ],
    }
    last = points[-1]
    title = words["over_time"]
    told = f"{words['collected']} {formats.euros(last.collected)}, {words['expected']} {formats.euros(last.expected)}"
    return _spoken(Chart(title, f"{title}{words['colon']}{told}", option, height=280))


def _spoken(chart: Chart) -> Chart:
    """A browser reads the chart out by the same words that the edition has."""
    aria = {"enabled": True, "label": {"description": chart.alt}}
    return replace(chart, option={**chart.option, "aria": aria})


def _money(found: Indicators, words: Mapping[str, str], formats: Formats) -> Chart:
    amounts = [
        ("target", found.target, _PALE),
        ("collected", found.collected, _NAVY),
        ("remaining_potential", found.remaining_potential, _BLUE),
    ]
    bars = [
        (words[name], amount, formats.euros(amount), colour) for name, amount, colour in amounts if amount is not None
    ]
    return _bars(words["money"], bars, words)


def _progress(found: Indicators, words: Mapping[str, str], formats: Formats) -> Chart:
    rates = [("pace", found.pace.percent, _NAVY), ("achievement", found.achievement.percent, _BLUE)]
    bars = [
        (words[name], Decimal(percent), formats.percent(percent), colour)
        for name, percent, colour in rates
        if percent is not None
    ]
    return _bars(words["progress"], bars, words, whole=Decimal(100))


def _clients(found: Indicators, words: Mapping[str, str], formats: Formats) -> Chart:
    slices = []
    for result, rate in found.rates.items():
        count = getattr(found.counts, result.value)
        if count:
            told = f"{words[result.value]}\n{formats.count(count)} ({formats.percent(rate.percent)})"
            slices.append((count, told, _RESULTS[result]))
    option = {
        "series": [
            {
                "type": "pie",
                "radius": ["45%", "72%"],
                # By itself the library takes the height from a letter that many systems have no font for.
                "label": {**_SMALL, "lineHeight": 17},
                "labelLine": {"length": 12, "length2": 12},
                "data": [
                    {"value": count, "name": told, "itemStyle": {"color": colour}} for count, told, colour in slices
                ],
            }
        ]
    }
    alt = ", ".join(told.replace("\n", " ") for _, told, _ in slices)
    return Chart(words["clients_by_result"], f"{words['clients_by_result']}{words['colon']}{alt}", option, height=250)


def _steps(funnel: Funnel, words: Mapping[str, str], formats: Formats) -> Chart:
    told = [
        (step.counts.done, f"{number}. {_short(step.step.title)}{words['colon']}{formats.count(step.counts.done)}")
        for number, step in enumerate(funnel.steps, 1)
    ]
    option = {
        "color": [_NAVY, "#2F5486", _BLUE, "#7396BD", _PALE],
        "series": [
            {
                "type": "funnel",
                "sort": "none",
                "left": "4%",
                "right": "48%",
                "top": 8,
                "bottom": 8,
                "minSize": "2%",
                "gap": 3,
                "label": {**_SMALL, "position": "right"},
                "data": [{"value": count, "name": name} for count, name in told],
            }
        ],
    }
    alt = f"{words['steps']}{words['colon']}" + ", ".join(name for _, name in told)
    return Chart(words["steps_done"], alt, option, height=60 + 42 * len(told))


def _bars(
    title: str,
    bars: Sequence[tuple[str, Decimal, str, str]],
    words: Mapping[str, str],
    *,
    whole: Decimal | None = None,
) -> Chart:
    """Bars from the top down, each with its number; `whole` is marked by a line."""
    most = max([*(value for _, value, _, _ in bars), whole or Decimal(0)], default=Decimal(0))
    series: dict[str, Any] = {
        "type": "bar",
        "barWidth": "62%",
        "data": [
            {
                "value": float(value),
                "itemStyle": {"color": colour},
                "label": {"show": True, "position": "right", "formatter": told, **_SMALL},
            }
            for _, value, told, colour in bars
        ],
    }
    if whole is not None:
        line = {"silent": True, "symbol": "none", "label": {"show": False}, "lineStyle": {"color": "#8A93A0"}}
        series["markLine"] = {**line, "data": [{"xAxis": float(whole)}]}
    option = {
        "grid": {"left": 8, "right": 130, "top": 6, "bottom": 6, "containLabel": True},
        "xAxis": {
            "type": "value",
            "min": 0,
            "max": float(most) or 1,
            "axisLabel": {"show": False},
            "splitLine": {"show": False},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [name for name, *_ in bars],
            "axisLabel": _SMALL,
            **_AXIS,
        },
        "series": [series],
    }
    alt = ", ".join(f"{name} {told}" for name, _, told, _ in bars)
    return Chart(title, f"{title}{words['colon']}{alt}", option, height=20 + 44 * len(bars))


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}…"
