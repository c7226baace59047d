"""The three editions to print: campaign summary, results by advisor, steps by advisor (spec 8.8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from services.reporting.ports.reading import Branch
from services.reporting.use_cases.breakdown import BranchFigures
from services.reporting.use_cases.figures import Indicators
from services.reporting.use_cases.pace_curve import PacePoint
from services.reporting.use_cases.steps import Funnel, StepFigures
from services.reporting.writers.blocks import Edition, Head, breakable
from services.reporting.writers.chart import Chart
from services.reporting.writers.checksum import Value
from services.reporting.writers.formats import NONE, Formats
from services.reporting.writers.words import say
from shared.rulebook.indicators import ClientResult, Rate, achievement

_RESULTS = {
    "target": 2.1,
    "collected": 2.1,
    "achievement": 1.9,
    "potential": 2.1,
    "remaining_potential": 2.1,
    "clients": 1.1,
    "accepted": 1.2,
    "refused": 1.1,
    "in_progress": 1.3,
    "conversion_rate": 2.0,
    "take_up_rate": 1.8,
}
"""The columns of results, and how much room each gets of what there is."""
_DAYS_TOLD = 8
_GROUPS = ("done", "open", "not_reached", "left", "skipped")


@dataclass(frozen=True, slots=True)
class Summary:
    """What the campaign summary tells; several campaigns together have no steps. Charts by the name of their table."""

    indicators: Indicators
    funnel: Funnel | None
    charts: Mapping[str, Chart]
    points: Sequence[PacePoint] = ()
    """The curve behind the pace."""


def write_summary(edition: Edition, summary: Summary) -> None:
    """Figures, charts with their tables, and the steps as a funnel."""
    found, words, formats = summary.indicators, say(edition.about.language), Formats(edition.about.language)
    _keep_summary(edition, summary)
    edition.figures(words["figures"], _figures(found, words, formats))
    _part(
        edition,
        summary,
        "money",
        [Head(words["figure"], right=False, weight=1), Head(words["in_euros"])],
        _money(found, words, formats),
    )
    _part(
        edition,
        summary,
        "progress",
        [Head(words["figure"], right=False, weight=1), Head(words["value"])],
        _progress(found, words, formats),
    )
    if summary.points:
        _over_time(edition, summary)
    _part(
        edition,
        summary,
        "clients_by_result",
        [Head(words["result"], right=False, weight=1), Head(words["clients"]), Head(words["share_of_all"])],
        [
            [words[result.value], formats.count(getattr(found.counts, result.value)), _percent(rate, formats)]
            for result, rate in _results(found)
        ],
    )
    if summary.funnel is not None:
        steps = summary.funnel.steps
        rows = [
            _step_row(number, step, summary.funnel.sales_step, words, formats) for number, step in enumerate(steps, 1)
        ]
        _part(edition, summary, "steps", _step_heads(words), rows)


def write_results(edition: Edition, rows: Sequence[BranchFigures], units: Mapping[str, str]) -> None:
    """One row per advisor of record, with the sums of all; `units` names units by id."""
    words, formats = say(edition.about.language), Formats(edition.about.language)
    edition.flipped = True
    edition.keep([_result_values(row) for row in rows])
    if not rows:
        edition.note(words["nothing"])
        return
    heads = [Head(words["advisor"], right=False, weight=3), Head(words["unit"], right=False, weight=2)]
    heads += [Head(words[name], weight=weight) for name, weight in _RESULTS.items()]
    told = [
        [
            _name(row.branch, words),
            breakable(units.get(row.branch.parent_id or "", words["no_unit"])),
            *_results_told(row, formats),
        ]
        for row in rows
    ]
    edition.table("", heads, told, _results_total(rows, words, formats))


def write_steps(edition: Edition, advisors: Sequence[tuple[Branch, Funnel]], units: Mapping[str, str]) -> None:
    """The steps of each advisor of record, the advisor's name above them; `units` names units by id."""
    words, formats = say(edition.about.language), Formats(edition.about.language)
    edition.flipped = True
    for branch, funnel in advisors:
        edition.keep([[branch.id, *_step_values(step)] for step in funnel.steps])
    if not advisors:
        edition.note(words["nothing"])
        return
    groups = [
        {
            "title": _name(branch, words),
            "note": f"{units.get(branch.parent_id or '', words['no_unit'])} · "
            f"{formats.count(branch.totals.clients)} {words['clients'].lower()}",
            "rows": [
                _step_row(number, step, funnel.sales_step, words, formats)
                for number, step in enumerate(funnel.steps, 1)
            ],
        }
        for branch, funnel in advisors
    ]
    edition.groups("", _step_heads(words), groups)


def _over_time(edition: Edition, summary: Summary) -> None:
    """The curve behind the pace; its table has some of the days, the first and the last among them."""
    words, formats = say(edition.about.language), Formats(edition.about.language)
    charts = {"over_time": summary.charts["pace"]} if "pace" in summary.charts else {}
    every = max(1, -(-(len(summary.points) - 1) // _DAYS_TOLD))
    told = [
        point for place, point in enumerate(summary.points[::-1]) if place % every == 0 or point is summary.points[0]
    ]
    _part(
        edition,
        replace(summary, charts=charts),
        "over_time",
        [Head(words["day"], right=False, weight=1), Head(words["collected"]), Head(words["expected"])],
        [
            [formats.day(point.day), formats.euros(point.collected), formats.euros(point.expected)]
            for point in told[::-1]
        ],
    )


def _part(edition: Edition, summary: Summary, name: str, heads: Sequence[Head], rows: Sequence[Sequence[str]]) -> None:
    """A chart with its table below, or the table alone."""
    words = say(edition.about.language)
    chart = summary.charts.get(name)
    if chart is not None and edition.charts is not None:
        edition.chart(chart)
        edition.table("", heads, rows)
    else:
        edition.table(words[name], heads, rows)


def _figures(found: Indicators, words: Mapping[str, str], formats: Formats) -> list[tuple[str, str, str]]:
    days = NONE if found.days is None else f"{found.days.elapsed} / {found.days.remaining}"
    beyond = found.surplus is not None and found.surplus > 0
    missing = ("surplus", found.surplus) if beyond else ("remaining_to_target", found.remaining_to_target)
    told = [
        ("target", formats.euros(found.target), ""),
        ("collected", formats.euros(found.collected), f"{words['achievement']} {_percent(found.achievement, formats)}"),
        (missing[0], formats.euros(missing[1]), ""),
        ("pace", _percent(found.pace, formats), ""),
        ("potential", formats.euros(found.potential), f"{words['coverage']} {_percent(found.coverage, formats)}"),
        ("remaining_potential", formats.euros(found.remaining_potential), ""),
        ("shortfall", formats.euros(found.shortfall), ""),
        ("days", days, ""),
        ("clients", formats.count(found.clients), ""),
        ("contacts", formats.count(found.contacts), ""),
        ("conversion_rate", _percent(found.conversion_rate, formats), _of(found.conversion_rate)),
        ("take_up_rate", _percent(found.take_up_rate, formats), _of(found.take_up_rate)),
    ]
    return [(words[name], value, note) for name, value, note in told]


def _money(found: Indicators, words: Mapping[str, str], formats: Formats) -> list[list[str]]:
    amounts = (
        ("target", found.target),
        ("collected", found.collected),
        ("remaining_potential", found.remaining_potential),
    )
    return [[words[name], formats.euros(amount)] for name, amount in amounts]


def _progress(found: Indicators, words: Mapping[str, str], formats: Formats) -> list[list[str]]:
    days = NONE if found.days is None else f"{found.days.elapsed} / {found.days.remaining}"
    return [
        [words["pace"], _percent(found.pace, formats)],
        [words["achievement"], _percent(found.achievement, formats)],
        [words["days"], days],
    ]


def _results(found: Indicators) -> list[tuple[ClientResult, Rate]]:
    """Closed without conclusion only where there are any (spec 8.3)."""
    return [
        (result, rate)
        for result, rate in found.rates.items()
        if result is not ClientResult.CLOSED_WITHOUT_CONCLUSION or found.counts.closed_without_conclusion
    ]


def _step_heads(words: Mapping[str, str]) -> list[Head]:
    rates = ("step_completion_rate", "pass_through_rate")
    return [Head(words["step"], right=False, weight=1), *(Head(words[name]) for name in (*_GROUPS, *rates))]


def _step_row(
    number: int, figures: StepFigures, sales_step: str | None, words: Mapping[str, str], formats: Formats
) -> list[str]:
    marks = [words["sales_step"]] if figures.step.id == sales_step else []
    marks += [] if figures.step.mandatory else [words["optional"]]
    title = f"{number}. {breakable(figures.step.title)}" + (f" ({', '.join(marks)})" if marks else "")
    counts = [formats.count(getattr(figures.counts, group)) for group in _GROUPS]
    return [title, *counts, _percent(figures.completion, formats), _percent(figures.pass_through, formats)]


def _results_told(row: BranchFigures, formats: Formats) -> list[str]:
    totals = row.branch.totals
    return [
        formats.euros(row.branch.share),
        formats.euros(totals.collected),
        _percent(row.rates.achievement, formats),
        formats.euros(totals.potential),
        formats.euros(totals.remaining_potential),
        *(formats.count(count) for count in (totals.clients, totals.accepted, totals.refused, totals.in_progress)),
        _percent(row.rates.conversion, formats),
        _percent(row.rates.take_up, formats),
    ]


def _results_total(rows: Sequence[BranchFigures], words: Mapping[str, str], formats: Formats) -> list[str]:
    """Sums; rates are those of the sums, never a mean of rates."""
    totals = [row.branch.totals for row in rows]
    shares = [row.branch.share for row in rows if row.branch.share is not None]
    share = sum(shares, Decimal("0.00")) if shares else None

    def summed(name: str) -> Any:
        return sum(getattr(one, name) for one in totals)

    return [
        words["total"],
        "",
        formats.euros(share),
        formats.euros(summed("collected")),
        _percent(achievement(summed("collected"), share), formats),
        formats.euros(summed("potential")),
        formats.euros(summed("remaining_potential")),
        *(formats.count(summed(name)) for name in ("clients", "accepted", "refused", "in_progress")),
        _percent(Rate(summed("accepted"), summed("converting")), formats),
        _percent(Rate(summed("accepted"), summed("clients")), formats),
    ]


def _keep_summary(edition: Edition, summary: Summary) -> None:
    found = summary.indicators
    amounts = (found.target, found.potential, found.collected, found.remaining_potential, found.remaining_to_target)
    rates = (found.achievement, found.coverage, found.pace, found.conversion_rate, found.take_up_rate)
    edition.keep([amounts, [value for rate in rates for value in (rate.numerator, rate.denominator)]])
    edition.keep([[result.value, getattr(found.counts, result.value)] for result in found.rates])
    edition.keep([[point.day, point.collected, point.expected] for point in summary.points])
    if summary.funnel is not None:
        edition.keep([_step_values(step) for step in summary.funnel.steps])


def _result_values(row: BranchFigures) -> list[Value]:
    totals = row.branch.totals
    fields = ("collected", "potential", "remaining_potential", "clients", "accepted", "refused", "in_progress")
    return [row.branch.id, row.branch.share, *(getattr(totals, name) for name in (*fields, "converting"))]


def _step_values(figures: StepFigures) -> list[Value]:
    passed = figures.pass_through
    counts: list[Value] = [getattr(figures.counts, group) for group in _GROUPS]
    return [figures.step.id, *counts, passed.numerator, passed.denominator]


def _name(branch: Branch, words: Mapping[str, str]) -> str:
    return breakable(branch.name or branch.external_id or words["unknown"])


def _percent(rate: Rate, formats: Formats) -> str:
    return formats.percent(rate.percent)


def _of(rate: Rate) -> str:
    """The terms of a rate of whole numbers."""
    return f"{rate.numerator} / {rate.denominator}"
