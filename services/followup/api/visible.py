"""A follow-up that its reader may see."""

from typing import Annotated

from fastapi import Path

from services.followup.ports import FollowUpRow, Reading
from shared.rulebook.access import Principal
from shared.rulebook.errors import NotVisible

UuidText = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
StepPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,36}$")]


async def visible(reading: Reading, principal: Principal, follow_up_id: str) -> FollowUpRow:
    """The follow-up; NotVisible `follow_up_unknown` when there is none within reach."""
    row = await reading.one(principal, follow_up_id)
    if row is None:
        raise NotVisible("follow_up_unknown")
    return row
