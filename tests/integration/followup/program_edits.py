"""Definitions that change while a program runs, as the campaign service changes them (spec 2.4)."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from shared.contracts.campaign import ChecklistItemDefinition, StepDefinition
from shared.rulebook.errors import Refused
from shared.rulebook.plan_edit import check_edit, plan_after_edit
from shared.rulebook.steps import StepKind
from tests.integration.followup.plain_model import PlainCampaign
from tests.integration.followup.plain_rules import No, PlainStep
from tests.integration.followup.program_moves import Edit
from tests.integration.followup.program_words import ITEMS, KINDS, Words
from tests.integration.followup.world import a_definition


def first_steps() -> list[PlainStep]:
    """The steps of version 1."""
    return [PlainStep(id_, id_ in {"call", "meeting"}, dict(ITEMS.get(id_, {}))) for id_ in KINDS]


def defined(step: PlainStep) -> StepDefinition:
    """A step as the campaign service tells it."""
    items = tuple(ChecklistItemDefinition(id=id_, text=id_, mandatory=must) for id_, must in step.items.items())
    kind = KINDS.get(step.id, StepKind.REMINDER)
    return StepDefinition(id=step.id, title=step.id, kind=kind, mandatory=step.mandatory, checklist=items)


@dataclass(slots=True)
class Edits(Words):
    """Edits of one campaign."""

    plain: PlainCampaign = field(default_factory=lambda: PlainCampaign(first_steps(), "meeting"))
    held: list[StepDefinition] = field(default_factory=lambda: [defined(step) for step in first_steps()])

    async def edit(self, edit: Edit) -> None:
        """Save another definition, in the service and in the model."""
        old, order = (
            a_definition(self.campaign, self.plain.version, steps=self.held, archived=self.plain.archived),
            [replace(step, exempt=set(step.exempt)) for step in self.plain.steps],
        )
        at, to = edit.at % len(order), edit.to % (len(order) + 1)
        if edit.what == "add":
            if len(order) > 6:
                return
            self.ids.append(f"new-{len(self.ids)}")
            order.insert(to, PlainStep(self.ids[-1], mandatory=edit.at % 2 == 0))
        elif edit.what == "remove":
            order.pop(at)
        elif edit.what == "move":
            order.insert(min(to, len(order) - 1), order.pop(at))
        else:
            order[at].mandatory = not order[at].mandatory
        gone = [step.id for step in self.plain.steps if step.id not in [new.id for new in order]]
        try:
            self.plain.edit(order, from_all=edit.from_all, today=self.today)
            expected = None
        except No as no:
            expected = no.code
        got = await self._save(old, [defined(step) for step in order], gone, from_all=edit.from_all)
        assert got == expected, (edit, got, expected)

    async def _save(self, old: Any, steps: list[StepDefinition], gone: list[str], *, from_all: bool) -> str | None:
        """As the campaign service does; the code when it refuses."""
        held, by = self.world.definitions, str(uuid4())
        done = await held.reserve(self.campaign, gone, by=by) if gone else None
        rules = [step.rule() for step in steps]
        try:
            plan = plan_after_edit(old.plan(), rules, "meeting", {} if from_all else dict.fromkeys(self.ids, False))
            if "meeting" not in [step.id for step in rules]:
                plan = replace(plan, sales_step="meeting")
            check_edit(old.plan(), plan, set(done.completed if done else ()))
        except Refused as refused:
            await held.release(self.campaign, by=by)
            return refused.code
        exempt = {step.id: step.exemptions for step in plan.steps}
        with_exemptions = [step.model_copy(update={"exemptions": exempt[step.id]}) for step in steps]
        self.held = with_exemptions
        await held.hold(a_definition(self.campaign, plan.version, steps=with_exemptions))
        return None
