"""What the house itself says of a follow-up whose step is late (docs/domain.md, Due dates)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class MarkOverdue:
    """The step at the position was due by this day, which is over."""

    step_id: str
    due_on: date
