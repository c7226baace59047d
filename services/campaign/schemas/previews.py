"""What a change would do, as it is shown before it is saved."""

from typing import Self

from pydantic import BaseModel

from services.campaign.use_cases.preview import Effects, Previewed


class EffectCounts(BaseModel):
    """Open follow-ups by what becomes of them; each is in one of the first four.

    `unplanned` counts begun entries of removed steps, which become unplanned interactions.
    """

    blocked: int
    unblocked: int
    another_step: int
    left_alone: int
    unplanned: int

    @classmethod
    def of(cls, effects: Effects) -> Self:
        """The counts."""
        return cls.model_validate(effects, from_attributes=True)


class UnitEffects(BaseModel):
    """The same for the advisors of one unit; None for advisors that the directory has not told yet."""

    unit_id: str | None
    effects: EffectCounts


class StepRemoval(BaseModel):
    """A step that the change takes away; saving is refused when it was completed for some client."""

    step_id: str
    title: str
    refused: bool


class EditPreview(BaseModel):
    """What the change would do if it were saved now over version `version`.

    `units` and `total` hold the follow-ups within the reader's reach.
    """

    version: int
    units: list[UnitEffects]
    total: EffectCounts
    removals: list[StepRemoval]
    refused: bool
    """Whether saving would be refused, since a removed step was completed for some client."""

    @classmethod
    def of(cls, previewed: Previewed) -> Self:
        """The answer."""
        return cls(
            version=previewed.version,
            units=[
                UnitEffects(unit_id=unit, effects=EffectCounts.of(effects))
                for unit, effects in sorted(previewed.units.items(), key=lambda item: item[0] or "")
            ],
            total=EffectCounts.of(previewed.total),
            removals=[
                StepRemoval(step_id=one.step.id, title=one.step.title, refused=one.refused)
                for one in previewed.removals
            ],
            refused=any(one.refused for one in previewed.removals),
        )
