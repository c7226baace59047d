"""How a campaign's clients stand at each step (spec 8.6)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from services.reporting.ports.reading import Figures, Scope
from services.reporting.use_cases.seeing import visible_campaigns
from shared.contracts.campaign import StepDefinition
from shared.rulebook.errors import NotVisible
from shared.rulebook.indicators import Rate, StepCounts, pass_through_rate, step_completion_rate


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One step: the five groups, and the two rates."""

    step: StepDefinition
    counts: StepCounts
    completion: Rate
    pass_through: Rate


@dataclass(frozen=True, slots=True)
class Funnel:
    """The steps of the definition version that the counters follow, in order."""

    version: int
    sales_step: str
    steps: list[StepFigures]


async def read_steps(figures: Figures, scope: Scope, campaign_id: str, today: date) -> Funnel:
    """Raises NotVisible `not_visible`."""
    await visible_campaigns(figures, scope, campaign_id)
    definition = await figures.plan(campaign_id)
    if definition is None:
        raise NotVisible("not_visible")
    groups: dict[str, dict[str, int]] = defaultdict(dict)
    passed: dict[str, int] = defaultdict(int)
    for total in await figures.steps(scope, campaign_id, today):
        groups[total.step_id][total.group] = total.clients
        passed[total.step_id] += total.passed
    return Funnel(
        definition.version,
        definition.sales_step,
        [
            _figures(step, StepCounts(**groups[step.id]), passed[step.id], last=step == definition.steps[-1])
            for step in definition.steps
        ],
    )


def _figures(step: StepDefinition, counts: StepCounts, passed: int, *, last: bool) -> StepFigures:
    return StepFigures(step, counts, step_completion_rate(counts), pass_through_rate(passed, counts.done, last=last))
