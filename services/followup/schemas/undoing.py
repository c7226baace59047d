"""What undoing a completion changes, as it is shown."""

from pydantic import BaseModel

from shared.rulebook.undoing import UndoEffect


class UndoOut(BaseModel):
    """Positions are steps, null for the end."""

    position_before: str | None
    position_after: str | None
    blocked: list[str]
    """Could be entered before, and no longer can."""
    begun_and_blocked: list[str]
    """Of those, the ones whose entry is open."""
    kept: list[str]
    """Completed steps after it: they stay so."""
    conclusion_offered: bool

    @classmethod
    def of(cls, effect: UndoEffect) -> "UndoOut":
        """As the rulebook answers it."""
        return cls(
            position_before=effect.position_before,
            position_after=effect.position_after,
            blocked=list(effect.blocked),
            begun_and_blocked=list(effect.begun_and_blocked),
            kept=list(effect.kept),
            conclusion_offered=effect.conclusion_offered,
        )
