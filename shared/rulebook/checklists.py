"""The checklist of a TASK: what may be ticked, what must be (docs/domain.md, Interactions; spec 5.4)."""

from collections.abc import Collection

from shared.rulebook.errors import Refused
from shared.rulebook.facts import Fact
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.steps import Plan, Step


def checklist_missing(step: Step, ticked: Collection[str]) -> tuple[str, ...]:
    """The mandatory items that are not ticked, in order; a step completes only when there are none (spec 5.4)."""
    return tuple(item.id for item in step.checklist if item.mandatory and item.id not in ticked)


def require_ticked(step: Step, ticked: Collection[str]) -> None:
    """Refused `checklist_incomplete`, naming the mandatory items that are not ticked."""
    missing = checklist_missing(step, ticked)
    if missing:
        raise Refused("checklist_incomplete", {"step": step.id, "missing": list(missing)})


def ticked_items(step_id: str, follow_up: FollowUp) -> frozenset[str]:
    """The items ticked so far in the step's entry."""
    return frozenset(item for entry in follow_up.entries if entry.step_id == step_id for item in entry.ticked)


def newly_ticked(step: Step, plan: Plan, asked: Collection[str], before: Collection[str]) -> tuple[str, ...]:
    """The step's items among those asked that were not ticked before, in order.

    Items that no step has, since an edit removed them, are passed over. Refused `checklist_item_elsewhere` for those
    of another step.
    """
    own = [item.id for item in step.checklist]
    elsewhere = {item.id for other in plan.steps for item in other.checklist}.difference(own).intersection(asked)
    if elsewhere:
        raise Refused("checklist_item_elsewhere", {"step": step.id, "items": sorted(elsewhere)})
    return tuple(item for item in own if item in asked and item not in before)


def require_items(step: Step, asked: Collection[str]) -> None:
    """Refused `checklist_item_unknown` when the step has no such items."""
    unknown = set(asked).difference(item.id for item in step.checklist)
    if unknown:
        raise Refused("checklist_item_unknown", {"step": step.id, "items": sorted(unknown)})


def after_ticks(ticked: Collection[str], fact: Fact) -> tuple[str, ...]:
    """The items ticked once the fact happened, in alphabetical order."""
    return tuple(sorted(set(ticked).union(fact.ticked).difference(fact.unticked)))
