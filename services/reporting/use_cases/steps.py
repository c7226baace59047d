"""How a campaign's clients stand at each step, all together and per advisor of record (spec 8.6, 8.8)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.reporting.ports.reading import AdvisorStepTotals, Branch, Figures, Scope, StepTotals
from services.reporting.use_cases.seeing import visible_campaigns
from shared.contracts.campaign import CampaignDefined, StepDefinition
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
    """The steps of the definition version that the figures follow, in order; none before the campaign."""

    version: int | None
    sales_step: str | None
    steps: list[StepFigures]


async def read_steps(figures: Figures, scope: Scope, campaign_id: str, today: date) -> Funnel:
    """Raises NotVisible `not_visible`."""
    await visible_campaigns(figures, scope, campaign_id)
    return await read_funnel(figures, scope, campaign_id, today)


async def read_funnel(figures: Figures, scope: Scope, campaign_id: str, today: date) -> Funnel:
    """The same, whether the campaign may be seen having been asked before."""
    definition = await figures.plan(campaign_id)
    if definition is None:
        return Funnel(None, None, [])
    return _funnel(definition, await figures.steps(scope, campaign_id, today))


async def read_advisor_steps(
    figures: Figures, scope: Scope, campaign_id: str, today: date
) -> list[tuple[Branch, Funnel]]:
    """The same for each advisor of record with follow-ups, by name. Raises NotVisible `not_visible`."""
    definition = await _plan(figures, scope, campaign_id)
    if definition is None:
        return []
    totals: dict[str, list[AdvisorStepTotals]] = defaultdict(list)
    for total in await figures.steps_by_advisor(scope, campaign_id, today):
        totals[total.advisor_id].append(total)
    advisors = await figures.by_advisor(scope, [campaign_id], today)
    return [(advisor, _funnel(definition, totals[advisor.id])) for advisor in advisors if advisor.totals.clients]


async def _plan(figures: Figures, scope: Scope, campaign_id: str) -> CampaignDefined | None:
    await visible_campaigns(figures, scope, campaign_id)
    return await figures.plan(campaign_id)


def _funnel(definition: CampaignDefined, totals: Iterable[StepTotals | AdvisorStepTotals]) -> Funnel:
    groups: dict[str, dict[str, int]] = defaultdict(dict)
    passed: dict[str, int] = defaultdict(int)
    for total in totals:
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
