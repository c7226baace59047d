"""In which figures one follow-up counts (docs/domain.md, Indicators)."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from shared.rulebook.follow_up import Closing, EntryState, FollowUp, FollowUpStatus
from shared.rulebook.progression import StepGroup
from shared.rulebook.standing import entry_states, index_of, is_due, position_index, status
from shared.rulebook.steps import Plan


class ClientResult(StrEnum):
    """The one of four in which a targeted client counts (spec 8.3)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    IN_PROGRESS = "in_progress"
    CLOSED_WITHOUT_CONCLUSION = "closed_without_conclusion"


def result_of(follow_up: FollowUp) -> ClientResult | None:
    """The client's result (spec 8.3); None for a withdrawn one, which is in no figure."""
    if follow_up.closing is Closing.WITHDRAWN:
        return None
    if follow_up.closing is Closing.ARCHIVED:
        return ClientResult.CLOSED_WITHOUT_CONCLUSION
    if follow_up.conclusion is None:
        return ClientResult.IN_PROGRESS
    return ClientResult.ACCEPTED if follow_up.conclusion.kind.is_success else ClientResult.REFUSED


def counts_for_conversion(follow_up: FollowUp, plan: Plan, today: date) -> bool:
    """Whether the follow-up is in the denominator of the conversion rate (spec 8.4).

    It is a success, or its sales step is completed, or optional or not due and before the position.
    """
    if follow_up.closing is Closing.WITHDRAWN:
        return False
    if result_of(follow_up) is ClientResult.ACCEPTED:
        return True
    if entry_states(follow_up).get(plan.sales_step) is EntryState.COMPLETED:
        return True
    at = index_of(plan.sales_step, plan)
    if status(follow_up, today) is FollowUpStatus.WAITING or at >= position_index(follow_up, plan):
        return False
    return not is_due(plan.steps[at], follow_up)


def passing_steps(found: Mapping[str, StepGroup], plan: Plan, *, success: bool) -> tuple[str, ...]:
    """The steps in whose pass-through numerator this client is, from its groups at every step (spec 8.6).

    Done there, and open, done or skipped at the following step; from the sales step on a success passes too. The last
    step has no following one, hence none passes it.
    """
    if not found:
        return ()
    sales = index_of(plan.sales_step, plan)
    return tuple(
        step.id
        for index, (step, following) in enumerate(zip(plan.steps, plan.steps[1:], strict=False))
        if found[step.id] is StepGroup.DONE and (found[following.id] in _ONWARD or (success and index >= sales))
    )


_ONWARD = (StepGroup.OPEN, StepGroup.DONE, StepGroup.SKIPPED)
