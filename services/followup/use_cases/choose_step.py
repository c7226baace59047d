"""What may be entered next: the proposal, the other choices, and what blocks the rest (spec 5.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.followup.ports import FollowUpRow
from services.followup.use_cases.show_follow_up import Standing, standing_of
from shared.contracts.campaign import StepDefinition
from shared.rulebook.follow_up import FollowUpStatus
from shared.rulebook.standing import position_index

Reason = Literal["completed", "blocked", "waiting", "closed", "archived"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A step that may be entered; `late` is an optional one that the follow-up has passed."""

    step: StepDefinition
    begun: bool
    late: bool


@dataclass(frozen=True, slots=True)
class OtherStep:
    """A step that may not, why, and which mandatory ones come first."""

    step: StepDefinition
    reason: Reason
    blocked_by: tuple[StepDefinition, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What *Add* shows."""

    status: FollowUpStatus
    proposal: Choice | None
    choices: Sequence[Choice]
    others: Sequence[OtherStep]
    unplanned: bool
    conclusion_offered: bool


def choices_of(row: FollowUpRow, today: date) -> Choices:
    """The choices under the present definition."""
    standing = standing_of(row, today)
    at = position_index(row.state, row.definition.plan())
    choices, others = [], []
    for index, step in enumerate(row.definition.steps):
        here = standing.steps[step.id]
        if here.enterable:
            choices.append(Choice(step, begun=here.state == "open", late=index < at))
        else:
            others.append(_other(step, row, standing))
    return Choices(
        status=standing.status,
        proposal=next((choice for choice in choices if choice.step.id == standing.proposed_step), None),
        choices=choices,
        others=others,
        unplanned=standing.status is FollowUpStatus.OPEN and not row.definition.archived,
        conclusion_offered=standing.conclusion_offered,
    )


def _other(step: StepDefinition, row: FollowUpRow, standing: Standing) -> OtherStep:
    here = standing.steps[step.id]
    by_id = {one.id: one for one in row.definition.steps}
    return OtherStep(step, _reason(here.state, row, standing), tuple(by_id[one] for one in here.blocked_by))


def _reason(state: str, row: FollowUpRow, standing: Standing) -> Reason:
    if state == "done":
        return "completed"
    if row.definition.archived:
        return "archived"
    if standing.status is FollowUpStatus.WAITING:
        return "waiting"
    return "blocked" if standing.status is FollowUpStatus.OPEN else "closed"
