"""What a change would do to the open follow-ups, asked before it is saved (spec 2.4)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.campaign.use_cases.change import prepared
from services.campaign.use_cases.definitions import Draft
from services.campaign.use_cases.saving import Desk
from shared.contracts.campaign import StepDefinition
from shared.contracts.followup import EffectsOfEdit
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.allocation import check_target


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Open follow-ups by what becomes of them, and begun entries that become unplanned interactions."""

    blocked: int = 0
    unblocked: int = 0
    another_step: int = 0
    left_alone: int = 0
    unplanned: int = 0

    def plus(self, other: EffectsOfEdit) -> "Effects":
        """These and those of one more advisor."""
        return Effects(
            blocked=self.blocked + other.blocked,
            unblocked=self.unblocked + other.unblocked,
            another_step=self.another_step + other.another_step,
            left_alone=self.left_alone + other.left_alone,
            unplanned=self.unplanned + other.unplanned,
        )


@dataclass(frozen=True, slots=True)
class Removal:
    """A step that the change takes away; `refused` says that it was completed for some client."""

    step: StepDefinition
    refused: bool


@dataclass(frozen=True, slots=True)
class Previewed:
    """What the change of version `version` would do, by unit within the reader's reach and in sum."""

    version: int
    units: Mapping[str | None, Effects]
    """None stands for advisors that the directory has not told yet."""
    total: Effects
    removals: Sequence[Removal]


async def preview(desk: Desk, asker: Principal, campaign_id: str, draft: Draft, *, expected: int | None) -> Previewed:
    """What saving this would do now. Refused as the save would be, but for steps completed somewhere, which it tells.

    Nothing is saved or reserved: a command decided in between may still change the counts.
    """
    seen, draft, _ = await prepared(desk, asker, campaign_id, draft, expected=expected)
    check_target(draft.target, seen.rows)
    old = seen.definition
    plan = old.plan()
    effects, completed = await desk.follow_ups.preview(campaign_id, plan, draft.plan_after(plan))
    units, total = await _by_unit(desk, asker, effects)
    kept = {step.id for step in draft.steps}
    removals = [Removal(step, refused=step.id in completed) for step in old.steps if step.id not in kept]
    return Previewed(old.version, units, total, removals)


async def _by_unit(
    desk: Desk, reader: Principal, effects: Sequence[EffectsOfEdit]
) -> tuple[Mapping[str | None, Effects], Effects]:
    known = await desk.campaigns.units({one.advisor_id for one in effects}, reader)
    everybody = reader.crm or reader.access_level is AccessLevel.ALL
    units: dict[str | None, Effects] = defaultdict(Effects)
    total = Effects()
    for one in effects:
        if one.advisor_id in known or everybody:
            unit = known.get(one.advisor_id)
            units[unit] = units[unit].plus(one)
            total = total.plus(one)
    return units, total
