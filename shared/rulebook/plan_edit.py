"""How a campaign's plan changes while it runs, and who is asked for a step put behind them (docs/domain.md, Edits)."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from shared.rulebook.definition import sales_step_of
from shared.rulebook.errors import Refused
from shared.rulebook.steps import Exemption, Plan, Step

_FROM_ALL: Mapping[str, bool] = {}


def check_edit(
    old_plan: Plan, new_plan: Plan, completed_anywhere: AbstractSet[str], used_before: AbstractSet[str] = frozenset()
) -> None:
    """Whether the edit may be saved over the old plan (spec 2.4, 2.7).

    `completed_anywhere` holds the steps that were ever completed for some client, even undone since; `used_before` the
    ids of steps in any earlier version: what was begun on a removed step is no entry of another.
    Raises Refused: `archived`, `sales_step_removed` (no other was chosen), `step_completed_somewhere` and
    `step_id_used_before` (with `steps`).
    """
    if old_plan.archived:
        raise Refused("archived")
    kept = {step.id for step in new_plan.steps}
    known = {step.id for step in old_plan.steps}
    if new_plan.sales_step not in kept:
        raise Refused("sales_step_removed", {"step": new_plan.sales_step})
    removed = [step.id for step in old_plan.steps if step.id not in kept and step.id in completed_anywhere]
    if removed:
        raise Refused("step_completed_somewhere", {"steps": removed})
    if again := sorted((kept - known) & used_before):
        raise Refused("step_id_used_before", {"steps": again})


def steps_put_behind(old_plan: Plan, new_steps: Sequence[Step]) -> set[str]:
    """The mandatory steps that the edit may put behind a client: the editor chooses for each (spec 2.4).

    A step is one of them when another that stood in the old plan stands after it now, and it is new, or was optional,
    or that other one stood before it.
    """
    place = {step.id: index for index, step in enumerate(old_plan.steps)}
    was_mandatory = {step.id for step in old_plan.steps if step.mandatory}
    behind = set()
    for index, step in enumerate(new_steps):
        if not step.mandatory:
            continue
        known_after = [place[later.id] for later in new_steps[index + 1 :] if later.id in place]
        limit = place[step.id] if step.id in was_mandatory else len(place)
        if any(at < limit for at in known_after):
            behind.add(step.id)
    return behind


def plan_after_edit(
    old: Plan | None,
    new_steps: Sequence[Step],
    sales_step: str | None,
    due_from_all: Mapping[str, bool] = _FROM_ALL,
) -> Plan:
    """The next version of the plan, or version 1 (spec 2.4). The definition must have been checked.

    `due_from_all` says for the steps put behind whether they are due from all (also when absent) or only from those
    not yet past. A step put behind and due from all loses its exemptions; due from those not yet past it gains one; any
    other step keeps those it had. Exemptions among `new_steps` are ignored: they follow from the old plan alone.
    """
    sales = sales_step_of(new_steps, sales_step) or ""
    if old is None:
        return Plan(version=1, steps=tuple(replace(step, exemptions=()) for step in new_steps), sales_step=sales)
    version = old.version + 1
    exemptions = {step.id: step.exemptions for step in old.steps}
    for step_id in steps_put_behind(old, new_steps):
        earlier = exemptions.get(step_id, ())
        added = Exemption(version, _standing_after(step_id, new_steps))
        exemptions[step_id] = () if due_from_all.get(step_id, True) else (*earlier, added)
    steps = tuple(replace(step, exemptions=exemptions.get(step.id, ())) for step in new_steps)
    return Plan(version=version, steps=steps, sales_step=sales, archived=old.archived)


def plan_of_duplicate(plan: Plan) -> Plan:
    """The plan of a campaign duplicated from this one: the same steps, nothing of their history (spec 2.7)."""
    return plan_after_edit(None, plan.steps, plan.sales_step)


def _standing_after(step_id: str, steps: Sequence[Step]) -> frozenset[str]:
    at = next(index for index, step in enumerate(steps) if step.id == step_id)
    return frozenset(step.id for step in steps[at + 1 :])
